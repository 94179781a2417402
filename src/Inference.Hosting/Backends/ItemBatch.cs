// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using Inference.Hosting.Batching;
using Inference.Hosting.Queueing;

namespace Inference.Hosting.Backends;

/// <summary>The items of one call of a typed function, which answers them one by one, in any order and from any thread, until it returns.</summary>
/// <remarks>
/// Each caller is answered at once while the call goes on. When the function throws, the items that are answered stay so, and only the others
/// are told apart. An item that is left without an answer fails.
/// </remarks>
/// <typeparam name="TIn">An item.</typeparam>
/// <typeparam name="TOut">The result of an item.</typeparam>
[SuppressMessage("Design", "CA1001", Justification = "The source has no timer and no parent: there is nothing to dispose.")]
public sealed class ItemBatch<TIn, TOut>
{
    private readonly TIn[] _items;
    private readonly BatchQueue? _queue;
    private readonly ScheduledBatch? _batch;
    private readonly CancellationTokenSource _cancellation = new();
    private bool[]? _done;
    private bool _hasEnded;
    private int _waiting;

    internal ItemBatch(IServiceProvider services, TIn[] items, BatchQueue? queue = null, ScheduledBatch? batch = null)
    {
        (Services, _items, _queue, _batch) = (services, items, queue, batch);
        _waiting = items.Length;
    }

    /// <summary>The items, of one or more callers.</summary>
    public IReadOnlyList<TIn> Items => _items;

    /// <summary>The host's services. Scoped ones need a scope of the function's own.</summary>
    public IServiceProvider Services { get; }

    internal CancellationToken Token => _cancellation.Token;

    /// <summary>Items that were given a result.</summary>
    internal int Results { get; private set; }

    /// <summary>Answers the caller of an item.</summary>
    /// <param name="index">Its position in <see cref="Items"/>.</param>
    /// <param name="result">Its result.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    /// <exception cref="InvalidOperationException">The item has its answer, or the function has returned.</exception>
    public void SetResult(int index, TOut result) => Answer(index, result, null);

    /// <summary>Fails an item, and no other.</summary>
    /// <param name="index">Its position in <see cref="Items"/>.</param>
    /// <param name="error">What its caller gets; over HTTP by the table of errors.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    /// <exception cref="InvalidOperationException">The item has its answer, or the function has returned.</exception>
    public void SetError(int index, InferenceException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        Answer(index, default, error);
    }

    /// <summary>The function has returned: nobody may answer from now on.</summary>
    internal void End()
    {
        lock (_items)
        {
            _hasEnded = true;
        }
    }

    /// <summary>Whether an item was answered by the function. After <see cref="End"/>.</summary>
    internal bool IsDone(int index) => _done?[index] == true;

    /// <summary>One caller fewer waits; when none is left because they all went, the call is of no more use.</summary>
    internal void CallerAnswered(ItemOutcome outcome)
    {
        if (Interlocked.Decrement(ref _waiting) == 0 && outcome is ItemOutcome.Cancelled or ItemOutcome.Expired)
        {
            Cancel();
        }
    }

    /// <summary>Asks the function to end early.</summary>
    // What the function has hung on its token runs elsewhere, so that it holds up neither a caller nor a lock.
    internal void Cancel() => _ = _cancellation.CancelAsync();

    [SuppressMessage("Reliability", "CA2002", Justification = "The items are an array of our own.")]
    private void Answer(int index, TOut? result, InferenceException? error)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, _items.Length);
        lock (_items)
        {
            if (_hasEnded)
            {
                throw new InvalidOperationException("The function has returned: its items cannot be answered any more.");
            }

            _done ??= new bool[_items.Length];
            if (_done[index])
            {
                throw new InvalidOperationException($"Item {index} has its answer already.");
            }

            _done[index] = true;
            Results += error is null ? 1 : 0;
            if (_queue is not null)
            {
                var call = (ItemCall<TIn, TOut>)_batch!.Slots[index].Item;
                call.Result = result;
                _queue.AnswerEarly(call, error);
            }
        }
    }
}
