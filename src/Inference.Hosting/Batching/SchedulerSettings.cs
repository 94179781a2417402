// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Inference.Hosting.Queueing;

namespace Inference.Hosting.Batching;

/// <summary>The options in force, in the units of the scheduler. Immutable: a reload swaps the whole object, read once per decision.</summary>
internal sealed record SchedulerSettings
{
    private const double GridStep = 1.25;
    private const int GridStart = 16;
    private const int DefaultBudgetLengths = 16;

    public int MaxBatch { get; init; } = 64;

    /// <summary>Row counts the engine runs, ascending; empty for any.</summary>
    public int[] AllowedSizes { get; init; } = [];

    public long MaxQueueDelay { get; init; }

    /// <summary>In ns; null for automatic.</summary>
    public long? RejoinWindow { get; init; }

    public long MaxRunTime { get; init; } = long.MaxValue;

    public long? TokenBudget { get; init; }

    /// <summary>Most cost of a run, where items cost differently without being padded to each other.</summary>
    public long MaxBatchCost { get; init; } = long.MaxValue;

    public int? MaxLength { get; init; }

    public long MaxBatchBytes { get; init; } = 1 << 30;

    public int PadMultiple { get; init; } = 8;

    public double EfficiencyLoss { get; init; } = 0.02;

    public double MinGain { get; init; } = 0.05;

    public double DeadlineMargin { get; init; } = 1.2;

    public double IsolationBudget { get; init; } = 0.25;

    public bool FailNonFinite { get; init; }

    public long MaxQueueTime { get; init; } = 10_000_000_000;

    public int MaxQueuedRows { get; init; } = 4096;

    public long MaxQueuedBytes { get; init; } = 256L << 20;

    public int Levels { get; init; } = 3;

    public int DefaultLevel { get; init; } = 2;

    public long AgeStep { get; init; } = 1_000_000_000;

    public IReadOnlyDictionary<string, int> Tenants { get; init; } = new Dictionary<string, int>();

    /// <summary>Whether rows of different callers may share a run.</summary>
    public bool Batches { get; init; } = true;

    /// <summary>Whether failed rows may be run again.</summary>
    public bool IsPure { get; init; } = true;

    /// <summary>Whether sleeping instances are idle devices.</summary>
    public bool InstancesShareDevice { get; init; }

    /// <summary>Whether lengths are padded to a coarse grid.</summary>
    public bool ShapesAreExpensive { get; init; }

    public static SchedulerSettings Create(BatchingOptions batching, QueueOptions queue, ModelMetadata metadata, EngineTraits traits)
    {
        IEnumerable<int> sizes = batching.AllowedBatchSizes.Count > 0 ? batching.AllowedBatchSizes : traits.AllowedBatchSizes;
        int[] allowed = [.. sizes.Order()];
        var max = !metadata.SupportsBatching ? 1
            : metadata.MaxBatchSize > 1 ? Math.Min(batching.MaxBatchSize, metadata.MaxBatchSize)
            : batching.MaxBatchSize;
        if (allowed.Length > 0)
        {
            max = Math.Min(max, allowed[^1]);
        }

        var levels = Math.Max(1, queue.PriorityLevels);
        return new SchedulerSettings
        {
            MaxBatch = Math.Max(1, max),
            AllowedSizes = allowed,
            MaxQueueDelay = MonotonicClock.Nanoseconds(batching.MaxQueueDelay),
            RejoinWindow = batching.RejoinWindow is { } window ? MonotonicClock.Nanoseconds(window) : null,
            MaxRunTime = batching.MaxRunTime is { } time ? MonotonicClock.Nanoseconds(time) : long.MaxValue,
            TokenBudget = batching.TokenBudget,
            MaxBatchCost = batching.MaxBatchCost ?? long.MaxValue,
            MaxLength = batching.MaxLength,
            MaxBatchBytes = batching.MaxBatchBytes,
            PadMultiple = Math.Max(1, batching.PadMultiple),
            EfficiencyLoss = batching.EfficiencyLoss,
            MinGain = batching.MinGain,
            DeadlineMargin = batching.DeadlineMargin,
            IsolationBudget = batching.IsolationBudget,
            FailNonFinite = batching.NonFinite == NonFiniteOutputs.Fail,
            MaxQueueTime = MonotonicClock.Nanoseconds(queue.MaxQueueTime),
            MaxQueuedRows = queue.MaxQueuedRows ?? Math.Max(1024, 64 * Math.Max(1, max)),
            MaxQueuedBytes = queue.MaxQueuedBytes,
            Levels = levels,
            DefaultLevel = Math.Clamp(queue.DefaultPriority ?? ((levels + 1) / 2), 1, levels),
            AgeStep = MonotonicClock.Nanoseconds(queue.AgeStep),
            Tenants = new Dictionary<string, int>(queue.Tenants, StringComparer.Ordinal),
            Batches = metadata.SupportsBatching,
            IsPure = traits.IsPure,
            InstancesShareDevice = traits.InstancesShareDevice,
            ShapesAreExpensive = traits.ShapesAreExpensive,
        };
    }

    /// <summary>The length a row is padded to when it runs alone; 0 stays 0.</summary>
    public int Pad(int length)
    {
        if (length == 0)
        {
            return 0;
        }

        if (!ShapesAreExpensive)
        {
            return (length + PadMultiple - 1) / PadMultiple * PadMultiple;
        }

        double grid = GridStart;
        while (grid < length)
        {
            grid *= GridStep;
        }

        return ((int)Math.Ceiling(grid) + PadMultiple - 1) / PadMultiple * PadMultiple;
    }

    /// <summary>Most padded tokens of a run.</summary>
    /// <param name="longest">The longest padded length seen.</param>
    public long Budget(int longest) => TokenBudget ?? (long)DefaultBudgetLengths * longest;

    /// <summary>The row count that is run for so many rows.</summary>
    public int PadRows(int rows)
    {
        foreach (var size in AllowedSizes)
        {
            if (size >= rows)
            {
                return size;
            }
        }

        return rows;
    }
}
