// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Inference.Hosting.Chaos.Calls;

/// <summary>One request, before a door puts it into its own form.</summary>
internal sealed record Call
{
    /// <summary>Unique in the run; every row carries it.</summary>
    public required long Number { get; init; }

    public required CallKind Kind { get; init; }

    public required string Model { get; init; }

    public string? Version { get; init; }

    public required CallTensor[] Inputs { get; init; }

    public required int Rows { get; init; }

    /// <summary>Longest time in the queue.</summary>
    public TimeSpan? QueueTimeout { get; init; }

    /// <summary>Time until the answer is of no more use.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>When the caller leaves.</summary>
    public TimeSpan? LeavesAfter { get; init; }

    public Damage Damage { get; init; }

    /// <summary>Whether the caller wants to know how it was answered.</summary>
    public bool WantsTiming { get; init; }

    public string Id => Number.ToString(CultureInfo.InvariantCulture);

    public string Path => Version is null ? $"/v2/models/{Model}/infer" : $"/v2/models/{Model}/versions/{Version}/infer";

    public override string ToString()
        => $"call {Number} ({Kind}{(Damage == Damage.None ? "" : $", {Damage}")}) of {Model}{(Version is null ? "" : $" version {Version}")} with {Rows} rows";
}
