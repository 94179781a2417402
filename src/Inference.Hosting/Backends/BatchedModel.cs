// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Diagnostics;
using Inference.Hosting.Engines;

namespace Inference.Hosting.Backends;

/// <summary>A version behind the batcher: one queue, a thread an instance.</summary>
internal sealed class BatchedModel(
    IInferenceEngine engine,
    ModelMetadata metadata,
    BatchQueue queue,
    RequestDoor door,
    EngineThread[] threads,
    BatchMetrics? metrics,
    IDisposable?[] subscriptions) : ILoadedModel
{
    private readonly Lock _lock = new();
    private Task? _disposal;

    public ModelMetadata Metadata => metadata;

    /// <summary>For tests.</summary>
    public BatchQueue Queue => queue;

    /// <summary>For tests.</summary>
    public ResponsePool Responses => door.Responses;

    public ModelLoad Load => queue.With((scheduler, now) => new ModelLoad
    {
        InFlight = queue.InFlight,
        QueuedRows = scheduler.Queue.Rows + scheduler.RowsAtDoor,
        OfferedRowsPerSecond = scheduler.Offered.RowsPerSecond(now),
        CapacityRowsPerSecond = scheduler.Capacity(now),
        PredictedWait = TimeSpan.FromTicks((long)scheduler.PredictedWait(now) / 100),
        MemoryBytes = engine.MemoryBytes ?? 0,
    });

    public BatchingInfo? Batching => queue.With((scheduler, _) => new BatchingInfo
    {
        MaxBatchSize = scheduler.Settings.MaxBatch,
        MaxQueueDelay = TimeSpan.FromTicks(scheduler.Settings.MaxQueueDelay / TimeSpan.NanosecondsPerTick),
        AllowedBatchSizes = [.. scheduler.Settings.AllowedSizes],
    });

    public ModelStatistics? Statistics
        => queue.With((_, now) => queue.Statistics.Snapshot(queue.Clock, now, engine.MemoryBytes));

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

    public ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return door.InferAsync(request, cancellationToken);
    }

    /// <summary>Fails what has not started, waits for what runs, and frees all of it. The second call gets the first's task.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            return new ValueTask(_disposal ??= DisposeCoreAsync());
        }
    }

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
        engine.Stop();
        foreach (var thread in threads)
        {
            await thread.Ended.ConfigureAwait(false);
        }

        metrics?.Dispose();
        queue.Dispose();
        await engine.DisposeAsync().ConfigureAwait(false);
    }
}
