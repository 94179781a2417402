// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>One document in its rank.</summary>
/// <param name="Index">Its place in the request.</param>
/// <param name="Score">From 0 to 1, or a logit if raw scores were asked for; finite.</param>
public readonly record struct RankedDocument(int Index, float Score)
{
    /// <summary>Tokens that were read with it, the query and special tokens included; 0 when unknown.</summary>
    public int TokenCount { get; init; }

    /// <summary>Tokens that truncation cut off.</summary>
    public int TruncatedTokens { get; init; }
}
