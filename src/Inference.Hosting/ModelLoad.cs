// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting;

/// <summary>How busy a version is. Metrics, routers, fallback and autoscalers read the same report.</summary>
public readonly record struct ModelLoad
{
    /// <summary>Requests accepted and not yet answered.</summary>
    public int InFlight { get; init; }

    /// <summary>Rows that wait for a run.</summary>
    public int QueuedRows { get; init; }

    /// <summary>Rows a second that arrived of late.</summary>
    public double OfferedRowsPerSecond { get; init; }

    /// <summary>Rows a second the version can serve, as learned; 0 while unknown.</summary>
    public double CapacityRowsPerSecond { get; init; }

    /// <summary>How long a new row would wait, as predicted.</summary>
    public TimeSpan PredictedWait { get; init; }

    /// <summary>Memory of the version, or 0 when unknown.</summary>
    public long MemoryBytes { get; init; }
}
