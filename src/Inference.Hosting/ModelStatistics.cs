// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting;

/// <summary>What a version has done since it was loaded; the numbers of the V2 statistics extension.</summary>
public sealed record ModelStatistics
{
    /// <summary>When the last inference was answered, in UTC; null for never.</summary>
    public DateTimeOffset? LastInference { get; init; }

    /// <summary>Rows of successful runs.</summary>
    public long InferenceCount { get; init; }

    /// <summary>Successful runs.</summary>
    public long ExecutionCount { get; init; }

    /// <summary>Requests answered with outputs, and their total time.</summary>
    public DurationStatistic Success { get; init; }

    /// <summary>Requests answered with an error after they were accepted, expired ones included.</summary>
    public DurationStatistic Fail { get; init; }

    /// <summary>Requests whose caller left.</summary>
    public DurationStatistic Cancel { get; init; }

    /// <summary>Requests refused at the door; never queued.</summary>
    public long RefusedCount { get; init; }

    /// <summary>Time of successful requests in the queue.</summary>
    public DurationStatistic Queue { get; init; }

    /// <summary>Time to assemble inputs.</summary>
    public DurationStatistic ComputeInput { get; init; }

    /// <summary>Time of the runs.</summary>
    public DurationStatistic ComputeInfer { get; init; }

    /// <summary>Time to hand outputs out.</summary>
    public DurationStatistic ComputeOutput { get; init; }

    /// <summary>The same by rows in a run, ascending.</summary>
    public IReadOnlyList<BatchStatistics> Batches { get; init; } = [];

    /// <summary>Memory of the version in bytes, or null when unknown.</summary>
    public long? MemoryBytes { get; init; }
}

/// <summary>How often, and how long in all.</summary>
/// <param name="Count">Number of observations.</param>
/// <param name="Total">Their sum.</param>
public readonly record struct DurationStatistic(long Count, TimeSpan Total);

/// <summary>Runs of one size.</summary>
/// <param name="BatchSize">Rows of callers in each run; padding rows do not count.</param>
/// <param name="ComputeInput">Time to assemble inputs.</param>
/// <param name="ComputeInfer">Time of the runs.</param>
/// <param name="ComputeOutput">Time to hand outputs out.</param>
public sealed record BatchStatistics(
    int BatchSize, DurationStatistic ComputeInput, DurationStatistic ComputeInfer, DurationStatistic ComputeOutput);
