// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>What a tokenizer can do.</summary>
public sealed record TokenCodecInfo
{
    /// <summary>A tokenizer that declares nothing: it honours the least of requests only.</summary>
    public static TokenCodecInfo Default { get; } = new();

    /// <summary>What it honours beyond texts.</summary>
    public TextFeatures Features { get; init; }

    /// <summary>Number of token ids, from 0; null when unknown.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>Most tokens that its model takes; null when unknown.</summary>
    public int? MaxModelTokens { get; init; }
}
