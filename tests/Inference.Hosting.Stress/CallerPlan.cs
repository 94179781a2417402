// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Stress;

/// <summary>How a caller behaves.</summary>
internal sealed record CallerPlan
{
    /// <summary>Most rows of a request; beyond the largest batch it is split.</summary>
    public int MaxRows { get; init; } = 4;

    public double CancelShare { get; init; }

    public double PoisonShare { get; init; }

    /// <summary>Share of requests that also ask for the text output.</summary>
    public double TextShare { get; init; } = 0.1;

    public TimeSpan? QueueTimeout { get; init; }

    public TimeSpan? Deadline { get; init; }

    public InferenceOverflow Overflow { get; init; } = InferenceOverflow.Wait;

    public Func<Random, string?>? Tenant { get; init; }

    public Func<Random, int>? Width { get; init; }

    /// <summary>Which errors a blameless request may get.</summary>
    public InferenceErrorCode[] Allowed { get; init; } = [];

    /// <summary>Where deadlines come from.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Pause after a refusal, so that refused callers leave the processor to others.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>Whether times in answers can be compared with the caller's own clock.</summary>
    public bool ChecksTime { get; init; } = true;
}
