// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>What a text classifier can do.</summary>
public sealed record TextClassifierInfo
{
    /// <summary>A model that declares nothing: it honours the least of requests only.</summary>
    public static TextClassifierInfo Default { get; } = new();

    /// <summary>What it honours beyond single texts.</summary>
    public TextFeatures Features { get; init; }

    /// <summary>Names of its classes, in the order of the scores; empty when unknown.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Most tokens of one input, special tokens included; null when unknown.</summary>
    public int? MaxInputTokens { get; init; }
}
