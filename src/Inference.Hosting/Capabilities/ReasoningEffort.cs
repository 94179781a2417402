// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>How long a reasoning model thinks before it answers.</summary>
public enum ReasoningEffort
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Hardly.</summary>
    Minimal,

    /// <summary>Shortly.</summary>
    Low,

    /// <summary>As usual.</summary>
    Medium,

    /// <summary>Long.</summary>
    High,

    /// <summary>As long as the model can.</summary>
    ExtraHigh,
}
