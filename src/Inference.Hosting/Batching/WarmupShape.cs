// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>A shape to warm, and what its runs took so far.</summary>
/// <param name="Rows">Rows of a run.</param>
/// <param name="Length">Padded length; 0 when there is none.</param>
/// <param name="IsEnd">Whether it is run even when time is short.</param>
internal sealed record WarmupShape(int Rows, int Length, bool IsEnd)
{
    /// <summary>In ns.</summary>
    public List<long> Times { get; } = [];
}
