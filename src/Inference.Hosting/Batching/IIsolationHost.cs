// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Queueing;

namespace Inference.Hosting.Batching;

/// <summary>What <see cref="BatchSplitter"/> needs of an instance.</summary>
internal interface IIsolationHost
{
    /// <summary>Whether failed rows may be run again.</summary>
    bool MayRerun { get; }

    /// <summary>Whether the time for isolation is used up.</summary>
    bool IsBudgetSpent { get; }

    /// <summary>Whether an error may be the fault of rows; one that says that nothing works at the moment is not.</summary>
    bool MayBlameRows(Exception error);

    /// <summary>Runs a part of a failed batch again and answers its rows.</summary>
    /// <returns>Why it failed, or null.</returns>
    ValueTask<Exception?> RerunAsync(ScheduledBatch part);

    /// <summary>Runs a row that is known to be harmless.</summary>
    /// <returns>Why it failed, or null.</returns>
    ValueTask<Exception?> RunCanaryAsync();

    /// <summary>Fails a part for good.</summary>
    /// <param name="part">Its rows.</param>
    /// <param name="error">What its callers get.</param>
    /// <param name="isPoison">Whether its rows are at fault.</param>
    void Fail(ScheduledBatch part, Exception error, bool isPoison);

    /// <summary>The instance is gone; the rest is to run elsewhere.</summary>
    void Lose(ScheduledBatch rest, Exception error);

    /// <summary>A run of so many rows lacked memory.</summary>
    void LackMemory(int rows);

    /// <summary>A batch failed and no row is at fault.</summary>
    void CountEngineFailure(Exception error);

    /// <summary>An item is now in one part more.</summary>
    void Divide(QueueItem item);
}
