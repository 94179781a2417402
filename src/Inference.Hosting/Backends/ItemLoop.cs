// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Inference.Hosting.Batching;
using Inference.Hosting.Diagnostics;
using Inference.Hosting.Engines;
using Inference.Hosting.Queueing;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Backends;

/// <summary>Steps 3 to 6 of an item, for one instance of a typed function: with a thread of its own, or with none while it sleeps or awaits.</summary>
internal sealed class ItemLoop<TIn, TOut>(
    BatchQueue queue,
    int index,
    ItemFunction<TIn, TOut> function,
    ModelMetadata metadata,
    IServiceProvider services,
    BatchMetrics? metrics,
    ILogger logger) : RunLoop(queue, index, metadata, metrics, logger)
{
    private const int MostHolds = 1000;

    private ItemBatch<TIn, TOut>? _current;
    private InferenceException? _broken;
    private volatile bool _isStopping;

    protected override string Device => "cpu";

    /// <summary>Serves on the calling thread until the queue is closed.</summary>
    public void Run()
    {
        while (Queue.Next(Index, Batch, Settled) is var kind and not TakeKind.Closed)
        {
            HandleAsync(kind).AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>Serves in the thread pool until the queue is closed.</summary>
    public async Task RunAsync()
    {
        var held = 0;
        while (true)
        {
            switch (Queue.TryNext(Index, Batch, Settled, maySleep: true))
            {
                case TakeKind.Closed:
                    return;
                case TakeKind.Empty:
                case TakeKind.Delay:
                    await Queue.SignalOf(Index);
                    break;
                case TakeKind.Rejoin when ++held < MostHolds:
                    // Behind the callers that were just answered: when it is its turn again, they have come back.
                    await Task.Yield();
                    break;
                case TakeKind.Rejoin:
                    // A clock that stands still, as in tests, must not hold items back for ever.
                    Queue.EndHold(Index);
                    break;
                case var kind:
                    held = 0;
                    await HandleAsync(kind).ConfigureAwait(false);
                    break;
            }
        }
    }

    /// <summary>Asks the call in progress to end early.</summary>
    public void Stop()
    {
        _isStopping = true;
        Volatile.Read(ref _current)?.Cancel();
    }

    /// <summary>Calls the function with the sample, in so many items.</summary>
    /// <returns>Why it failed, or null.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever a user's function throws is a failed run.")]
    public async ValueTask<Exception?> TrySampleAsync(int count)
    {
        if (function.Sample is not { } sample)
        {
            return null;
        }

        var items = new TIn[count];
        try
        {
            for (var i = 0; i < count; i++)
            {
                items[i] = sample();
            }

            var run = new ItemBatch<TIn, TOut>(services, items);
            var results = await function.Invoke(run, run.Token).ConfigureAwait(false);
            run.End();
            return results is not null && results.Count != count ? WrongCount(results.Count, count) : null;
        }
        catch (Exception exception)
        {
            return Explain(exception);
        }
    }

    // Of what says that nothing works at the moment, and of results that fit no items, no item is guilty.
    public override bool MayBlameRows(Exception error)
        => !ReferenceEquals(error, _broken)
            && error is not InferenceException { Code: InferenceErrorCode.NotReady or InferenceErrorCode.QueueFull or InferenceErrorCode.DeadlineExceeded };

    // Explain lets no function say that its device is lost.
    public override void Lose(ScheduledBatch rest, Exception error) => Fail(rest, error, isPoison: false);

    protected override ValueTask<Exception?> TrySampleAsync() => TrySampleAsync(1);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    [SuppressMessage("Design", "CA1031", Justification = "Whatever a user's function throws is a failed run.")]
    protected override async ValueTask<Exception?> AttemptAsync(ScheduledBatch batch, bool isRerun, long start)
    {
        var run = Describe(batch);
        MeasureQueue(batch, start);
        Queue.Assembled(batch, Settled);
        Volatile.Write(ref _current, run);
        if (_isStopping)
        {
            run.Cancel();
        }

        var assembled = Queue.Clock.Now;
        Exception? error = null;
        IReadOnlyList<TOut>? results = null;
        try
        {
            results = await function.Invoke(run, run.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            error = Explain(exception);
        }

        run.End();
        Volatile.Write(ref _current, null);
        var executed = Queue.Clock.Now;
        error ??= results is null ? FindMissing(batch, run) : Take(batch, results);
        var times = new RunTimes(start, assembled, executed, Queue.Clock.Now);
        if (error is not null)
        {
            Queue.DropAnswered(batch, run.Results, times, Settled);
            return error;
        }

        MeasureRun(batch, times, 0);
        Queue.Succeeded(Index, batch, times, isRerun, batch.Rows, Settled);
        return null;
    }

    private ItemBatch<TIn, TOut> Describe(ScheduledBatch batch)
    {
        var items = new TIn[batch.Count];
        var run = new ItemBatch<TIn, TOut>(services, items, Queue, batch);
        for (var i = 0; i < items.Length; i++)
        {
            var call = (ItemCall<TIn, TOut>)batch.Slots[i].Item;
            (items[i], call.Run, call.Device) = (call.Item, run, Device);
        }

        return run;
    }

    private InferenceException? Take(ScheduledBatch batch, IReadOnlyList<TOut> results)
    {
        if (results.Count != batch.Count)
        {
            return _broken = WrongCount(results.Count, batch.Count);
        }

        for (var i = 0; i < batch.Count; i++)
        {
            ((ItemCall<TIn, TOut>)batch.Slots[i].Item).Result = results[i];
        }

        return null;
    }

    private InferenceException? FindMissing(ScheduledBatch batch, ItemBatch<TIn, TOut> run)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            if (!run.IsDone(i) && batch.Slots[i].Item.Outcome == ItemOutcome.None)
            {
                return _broken = new InferenceException(
                    InferenceErrorCode.EngineFailed, "The model's function returned without an answer for this item. That is a fault of the function.");
            }
        }

        return null;
    }

    private static InferenceException WrongCount(int results, int items)
        => new(
            InferenceErrorCode.EngineFailed,
            $"The model's function gave {results} results for {items} items. That is a fault of the function.");

    private Exception Explain(Exception exception)
        => exception switch
        {
            OperationCanceledException when _isStopping => QueueFaults.Stopped(),
            InferenceException or EngineException { Fault: not EngineFault.DeviceLost } => exception,
            _ => new EngineException(EngineFault.Run, $"The function failed: {exception.Message}", exception),
        };
}
