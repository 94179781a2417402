// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Diagnostics;

namespace Inference.Hosting.Backends;

/// <summary>A version behind a queue, whatever runs behind it.</summary>
internal abstract class QueuedModel(ModelMetadata metadata, BatchQueue queue, BatchMetrics? metrics, IDisposable?[] subscriptions) : ILoadedModel
{
    private readonly Lock _lock = new();
    private Task? _disposal;

    public ModelMetadata Metadata => metadata;

    /// <summary>For tests.</summary>
    public BatchQueue Queue => queue;

    /// <summary>Memory of the version in bytes, or null when unknown.</summary>
    protected virtual long? MemoryBytes => null;

    public ModelLoad Load => queue.With((scheduler, now) => new ModelLoad
    {
        InFlight = queue.InFlight,
        QueuedRows = scheduler.Queue.Rows + scheduler.RowsAtDoor,
        OfferedRowsPerSecond = scheduler.Offered.RowsPerSecond(now),
        CapacityRowsPerSecond = scheduler.Capacity(now),
        PredictedWait = TimeSpan.FromTicks((long)scheduler.PredictedWait(now) / 100),
        MemoryBytes = MemoryBytes ?? 0,
    });

    public BatchingInfo? Batching => queue.With((scheduler, _) => new BatchingInfo
    {
        MaxBatchSize = scheduler.Settings.MaxBatch,
        MaxQueueDelay = TimeSpan.FromTicks(scheduler.Settings.MaxQueueDelay / TimeSpan.NanosecondsPerTick),
        AllowedBatchSizes = [.. scheduler.Settings.AllowedSizes],
    });

    public ModelStatistics? Statistics
        => queue.With((_, now) => queue.Statistics.Snapshot(queue.Clock, now, MemoryBytes));

    public string? Unavailable => queue.With((scheduler, _) => Health(scheduler));

    public static BatchSnapshot Snapshot(BatchQueue queue)
        => queue.With((scheduler, now) =>
        {
            var flows = new List<(string, long)>();
            for (var i = 0; i < scheduler.Queue.Shares.Count; i++)
            {
                flows.Add((scheduler.Queue.Shares[i].Name, scheduler.Queue.Shares[i].Rows));
            }

            var (idle, busy, down, stuck) = (0, 0, 0, 0);
            foreach (var instance in scheduler.Instances.All)
            {
                stuck += instance.IsStuck ? 1 : 0;
                busy += instance is { IsStuck: false, Phase: InstancePhase.Busy } ? 1 : 0;
                idle += instance.Phase == InstancePhase.Idle ? 1 : 0;
                down += instance.Phase == InstancePhase.Down ? 1 : 0;
            }

            return new BatchSnapshot
            {
                QueuedRows = flows,
                RowCap = scheduler.Cap.Get(0, scheduler.Settings, now),
                Capacity = scheduler.Capacity(now),
                Breaker = scheduler.Breaker.State,
                Instances = [("idle", idle), ("busy", busy), ("down", down), ("stuck", stuck)],
            };
        });

    public bool EnforcesDeadlines => true;

    public abstract ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default);

    public virtual object? GetCapability(Type capability) => null;

    /// <summary>Fails what has not started, waits for what runs, and frees all of it. The second call gets the first's task.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            return new ValueTask(_disposal ??= DisposeCoreAsync());
        }
    }

    /// <summary>Waits until the instances of the closed queue have ended.</summary>
    protected abstract ValueTask EndInstancesAsync();

    /// <summary>Frees what computed.</summary>
    protected virtual ValueTask FreeAsync() => ValueTask.CompletedTask;

    private static string? Health(BatchScheduler scheduler)
    {
        if (scheduler.Breaker.IsOpen)
        {
            return "The model failed on every recent batch and is being checked.";
        }

        foreach (var instance in scheduler.Instances.All)
        {
            if (instance.Phase != InstancePhase.Down && !instance.IsStuck)
            {
                return null;
            }
        }

        return scheduler.Instances[0].IsStuck
            ? "A run has not come back for very long. A native call cannot be aborted: restart the process, or serve the model from another one."
            : "The device was lost and is being restarted.";
    }

    private async Task DisposeCoreAsync()
    {
        foreach (var subscription in subscriptions)
        {
            subscription?.Dispose();
        }

        queue.Close();
        await EndInstancesAsync().ConfigureAwait(false);

        metrics?.Dispose();
        queue.Dispose();
        await FreeAsync().ConfigureAwait(false);
    }
}
