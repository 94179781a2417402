// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>What an embedding model can do.</summary>
public sealed record EmbeddingModelInfo
{
    /// <summary>A model that declares nothing: it honours the least of requests only.</summary>
    public static EmbeddingModelInfo Default { get; } = new();

    /// <summary>What it honours beyond texts.</summary>
    public TextFeatures Features { get; init; }

    /// <summary>Length of its vectors; null when unknown.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Most tokens of one input, special tokens included; null when unknown.</summary>
    public int? MaxInputTokens { get; init; }

    /// <summary>Number of token ids, from 0; null when unknown.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>Prompts that can go before an input, by name.</summary>
    public IReadOnlyList<string> PromptNames { get; init; } = [];
}
