// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Runtime.CompilerServices;
using Inference.Hosting.Diagnostics;
using Inference.Hosting.Queueing;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Batching;

/// <summary>What every instance does with its runs, whatever computes them: spans, measurements, isolation, the breaker.</summary>
/// <remarks>Used by one thread at a time. What it awaits completes at once where an engine computes on its own thread.</remarks>
internal abstract partial class RunLoop : IIsolationHost
{
    private readonly ModelMetadata _metadata;
    private readonly ILogger _logger;
    private readonly BatchSplitter _splitter;
    private readonly IsolationBudget _budget = new();

    protected RunLoop(BatchQueue queue, int index, ModelMetadata metadata, BatchMetrics? metrics, ILogger logger)
    {
        (Queue, Index, _metadata, Metrics, _logger) = (queue, index, metadata, metrics, logger);
        _splitter = new BatchSplitter(this);
    }

    public bool MayRerun => Queue.Settings.IsPure;

    public bool IsBudgetSpent => _budget.IsSpent(Queue.Settings.IsolationBudget, Queue.Clock.Now);

    protected BatchQueue Queue { get; }

    protected int Index { get; }

    protected BatchMetrics? Metrics { get; }

    protected ScheduledBatch Batch { get; } = new();

    protected Settlements Settled { get; } = new();

    /// <summary>What computes, for measurements.</summary>
    protected abstract string Device { get; }

    public virtual bool MayBlameRows(Exception error) => true;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Exception?> RerunAsync(ScheduledBatch part)
    {
        Queue.BeginRerun(part, Settled);
        if (part.Count == 0)
        {
            return null;
        }

        Metrics?.Reran();
        part.PaddedRows = Queue.Settings.PadRows(part.Rows);
        var start = Queue.Clock.Now;
        var error = await AttemptAsync(part, isRerun: true, start).ConfigureAwait(false);
        var now = Queue.Clock.Now;
        _budget.Spend(now - start, Queue.Settings.IsolationBudget, now);
        return part.Count == 0 ? null : error;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Exception?> RunCanaryAsync()
    {
        var start = Queue.Clock.Now;
        var error = await TrySampleAsync().ConfigureAwait(false);
        var now = Queue.Clock.Now;
        _budget.Spend(now - start, Queue.Settings.IsolationBudget, now);
        return error;
    }

    public void Fail(ScheduledBatch part, Exception error, bool isPoison) => Queue.Failed(part, error, isPoison, Settled);

    public abstract void Lose(ScheduledBatch rest, Exception error);

    public void LackMemory(int rows)
    {
        LogOutOfMemory(_metadata.Name, _metadata.Version, rows);
        Queue.With((scheduler, now) =>
        {
            scheduler.Cap.OutOfMemory(rows, now);
            return true;
        });
    }

    public void CountEngineFailure(Exception error)
    {
        LogEngineFailed(_metadata.Name, _metadata.Version, error);
        Queue.With((scheduler, now) =>
        {
            scheduler.Breaker.Failed(now);
            return true;
        });
    }

    public void Divide(QueueItem item)
        => Queue.With((_, _) =>
        {
            item.Running++;
            return true;
        });

    /// <summary>Does what the queue has said.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected async ValueTask HandleAsync(TakeKind kind)
    {
        if (kind == TakeKind.Probe)
        {
            var sick = await TrySampleAsync().ConfigureAwait(false);
            LogProbed(_metadata.Name, _metadata.Version, sick is null, sick);
            Queue.Probed(sick is null);
            return;
        }

        using var activity = RunActivities.HasListeners ? StartActivity() : null;
        var error = await AttemptAsync(Batch, isRerun: false, Batch.TakenAt).ConfigureAwait(false);
        if (error is null)
        {
            return;
        }

        // Of some runs nobody is left to be answered.
        if (Batch.Count > 0)
        {
            LogRunFailed(_metadata.Name, _metadata.Version, Batch.Rows, error);
            activity?.SetStatus(ActivityStatusCode.Error);
            await _splitter.HandleAsync(Batch, error).ConfigureAwait(false);
        }

        Queue.With((scheduler, now) =>
        {
            scheduler.Ended(Index, 0, Batch.Length, 0, now);
            return true;
        });
    }

    /// <summary>Runs a batch and answers its rows.</summary>
    /// <returns>Why those that are left in it failed, or null.</returns>
    protected abstract ValueTask<Exception?> AttemptAsync(ScheduledBatch batch, bool isRerun, long start);

    /// <summary>Runs a row that is known to be harmless.</summary>
    /// <returns>Why it failed, or null.</returns>
    protected abstract ValueTask<Exception?> TrySampleAsync();

    protected void MeasureRun(ScheduledBatch batch, in RunTimes times, long tokens)
        => Metrics?.Ran(
            TimeSpan.FromTicks((times.Executed - times.Assembled) / 100),
            Device,
            batch.Rows,
            batch.WaitingRows,
            batch.CloseReason,
            tokens,
            (long)batch.Length * batch.PaddedRows);

    protected void MeasureQueue(ScheduledBatch batch, long start)
    {
        if (Metrics is { MeasuresQueue: true })
        {
            foreach (ref var slot in batch.Slots)
            {
                if (slot.FirstRow == 0)
                {
                    Metrics.Queued(TimeSpan.FromTicks((start - slot.Item.Arrival) / 100));
                }
            }
        }
    }

    private Activity? StartActivity()
    {
        var links = new List<ActivityLink>();
        foreach (ref var slot in Batch.Slots)
        {
            var parent = ((PendingCall)slot.Item).Parent;
            if (parent != default)
            {
                links.Add(new ActivityLink(parent));
            }
        }

        return RunActivities.Start(_metadata.Name, _metadata.Version, links)?
            .SetTag(TelemetryNames.BatchRows, Batch.Rows)
            .SetTag(TelemetryNames.Reason, Batch.CloseReason.ToString());
    }
}
