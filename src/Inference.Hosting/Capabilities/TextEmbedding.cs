// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>The vector of one input.</summary>
/// <param name="Vector">Its numbers; finite.</param>
public readonly record struct TextEmbedding(ReadOnlyMemory<float> Vector)
{
    /// <summary>Tokens that were embedded, special tokens included; 0 when unknown.</summary>
    public int TokenCount { get; init; }

    /// <summary>Tokens that truncation cut off.</summary>
    public int TruncatedTokens { get; init; }
}
