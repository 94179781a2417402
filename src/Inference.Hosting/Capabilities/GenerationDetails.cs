// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>How a generation was answered: what its caller may be told on request.</summary>
public sealed record GenerationDetails
{
    /// <summary>The model that answered, when it is another than was asked: a fallback. Null otherwise. Of a stream, its first step tells it too.</summary>
    public string? Model { get; init; }

    /// <summary>The version that answered.</summary>
    public string? Version { get; init; }

    /// <summary>From acceptance until work on the prompt began.</summary>
    public TimeSpan Queue { get; init; }

    /// <summary>Work on the prompt.</summary>
    public TimeSpan Prefill { get; init; }

    /// <summary>From acceptance to the first token.</summary>
    public TimeSpan TimeToFirstToken { get; init; }

    /// <summary>From the first token to the last.</summary>
    public TimeSpan Decode { get; init; }

    /// <summary>The device that computed, for example <c>cuda:0</c>; null when it is not told.</summary>
    public string? Device { get; init; }
}
