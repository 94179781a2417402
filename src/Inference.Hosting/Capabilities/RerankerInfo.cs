// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>What a reranker can do.</summary>
public sealed record RerankerInfo
{
    /// <summary>A model that declares nothing: it honours the least of requests only.</summary>
    public static RerankerInfo Default { get; } = new();

    /// <summary>What it honours beyond texts.</summary>
    public TextFeatures Features { get; init; }

    /// <summary>Most tokens of a query and a document together, special tokens included; null when unknown.</summary>
    public int? MaxInputTokens { get; init; }
}
