// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Inference.Hosting.Batching;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Queueing;

namespace Inference.Hosting.Backends;

/// <summary>Several items of one caller, queued together and answered one by one.</summary>
internal sealed class ItemGather<TIn, TOut>
{
    private readonly BatchQueue _queue;
    private readonly ItemCall<TIn, TOut>[] _calls;
    private readonly CancellationToken _token;
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TOut[]? _results;
    private readonly Channel<BatchResult<TOut>>? _ready;
    private Exception? _failure;
    private int _left;

    /// <param name="queue">Where they go.</param>
    /// <param name="count">How many.</param>
    /// <param name="isStream">Whether each is handed on when it is ready; else one that fails fails all.</param>
    /// <param name="token">The caller's own.</param>
    public ItemGather(BatchQueue queue, int count, bool isStream, CancellationToken token)
    {
        (_queue, _token, _left) = (queue, token, count);
        _calls = new ItemCall<TIn, TOut>[count];
        _results = isStream ? null : new TOut[count];
        _ready = isStream
            ? Channel.CreateUnbounded<BatchResult<TOut>>(new UnboundedChannelOptions { SingleReader = true })
            : null;
    }

    /// <summary>To be filled before <see cref="Enter"/>.</summary>
    public Span<ItemCall<TIn, TOut>> Calls => _calls;

    /// <summary>Queues all, or none.</summary>
    public InferenceException? Enter(SchedulerSettings settings, long now)
    {
        foreach (var call in _calls)
        {
            if (_queue.ApplyTerms(call, null, settings, now) is { } late)
            {
                return late;
            }

            if (!call.MayWait && _calls.Length > settings.MaxQueuedRows)
            {
                _queue.CountRefused(RefusalReason.TooLarge);
                return new InferenceException(
                    InferenceErrorCode.PayloadTooLarge,
                    $"The request has {_calls.Length} items; the queue holds at most {settings.MaxQueuedRows}: send it in parts.");
            }
        }

        return _queue.EnterAll(_calls, settings, now);
    }

    /// <summary>All results.</summary>
    public async ValueTask<IReadOnlyList<TOut>> GetAllAsync()
    {
        using (_token.UnsafeRegister(static state => ((ItemGather<TIn, TOut>)state!).LeaveAll(), this))
        {
            await _all.Task.ConfigureAwait(false);
        }

        ReleaseAll();
        return _failure is null ? _results! : throw _failure;
    }

    /// <summary>Each result when it is ready.</summary>
    public async IAsyncEnumerable<BatchResult<TOut>> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            using var watch = _token.UnsafeRegister(static state => ((ItemGather<TIn, TOut>)state!).LeaveAll(), this);
            await foreach (var result in _ready!.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return result;
            }

            _token.ThrowIfCancellationRequested();
        }
        finally
        {
            LeaveAll();
            await _all.Task.ConfigureAwait(false);
            ReleaseAll();
        }
    }

    /// <summary>An item has its outcome. Called once for each, by whoever decided it.</summary>
    public void Answered(ItemCall<TIn, TOut> call, string version)
    {
        if (call.Outcome == ItemOutcome.Ok)
        {
            if (_results is not null)
            {
                _results[call.Position] = call.Result!;
            }
            else
            {
                _ready!.Writer.TryWrite(new BatchResult<TOut>(call.Position, call.Result!) { Timing = call.Timing(version) });
            }
        }
        else if (_results is not null)
        {
            if (Interlocked.CompareExchange(ref _failure, call.Failure(_token), null) is null)
            {
                // Nobody gets the results of the others.
                LeaveAll();
            }
        }
        else if (call.Outcome != ItemOutcome.Cancelled)
        {
            var error = call.Failure(_token) as InferenceException;
            _ready!.Writer.TryWrite(new BatchResult<TOut>(call.Position, error!) { Timing = call.Timing(version) });
        }

        // Last: from then on the calls may serve others.
        if (Interlocked.Decrement(ref _left) == 0)
        {
            _ready?.Writer.TryComplete();
            _all.TrySetResult();
        }
    }

    /// <summary>None was taken in.</summary>
    public void RecycleAll()
    {
        foreach (var call in _calls)
        {
            call?.Recycle();
        }
    }

    private void LeaveAll()
    {
        foreach (var call in _calls)
        {
            _queue.Leave(call, ItemOutcome.Cancelled);
        }
    }

    private void ReleaseAll()
    {
        foreach (var call in _calls)
        {
            call.Release();
        }
    }
}
