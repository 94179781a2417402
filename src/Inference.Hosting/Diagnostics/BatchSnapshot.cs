// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Diagnostics;

/// <summary>What the gauges of one version report.</summary>
internal sealed record BatchSnapshot
{
    public IReadOnlyList<(string Tenant, long Rows)> QueuedRows { get; init; } = [];

    public int RowCap { get; init; }

    public double Capacity { get; init; }

    /// <summary>0 closed, 1 half open, 2 open.</summary>
    public int Breaker { get; init; }

    public IReadOnlyList<(string State, int Count)> Instances { get; init; } = [];
}
