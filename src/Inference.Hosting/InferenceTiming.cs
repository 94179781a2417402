// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting;

/// <summary>How one request was answered.</summary>
public readonly record struct InferenceTiming
{
    /// <summary>The model that answered, when it is another than was asked: a fallback. Null otherwise.</summary>
    public string? Model { get; init; }

    /// <summary>The version that answered.</summary>
    public string? Version { get; init; }

    /// <summary>From acceptance until the run of its last rows began to be assembled.</summary>
    public TimeSpan Queue { get; init; }

    /// <summary>From the beginning of assembly of the first rows to the end of the last run.</summary>
    public TimeSpan Compute { get; init; }

    /// <summary>Rows in the (largest) run that held rows of the request, those of others included, padding rows not.</summary>
    public int BatchSize { get; init; }

    /// <summary>Why that batch started with the rows it had.</summary>
    public BatchCloseReason CloseReason { get; init; }

    /// <summary>The device that computed, for example <c>cpu</c> or <c>cuda:0</c>.</summary>
    public string? Device { get; init; }
}
