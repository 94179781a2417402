// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting;

/// <summary>How a loaded version gathers rows of different callers, by the options in force now.</summary>
public sealed record BatchingInfo
{
    /// <summary>Most rows in one run.</summary>
    public int MaxBatchSize { get; init; }

    /// <summary>How long a free instance may hold the oldest request back so that a batch can grow.</summary>
    public TimeSpan MaxQueueDelay { get; init; }

    /// <summary>The only row counts that are run, ascending; empty when any is.</summary>
    public IReadOnlyList<int> AllowedBatchSizes { get; init; } = [];
}
