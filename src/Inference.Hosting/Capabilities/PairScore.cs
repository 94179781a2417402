// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>The score of one pair.</summary>
/// <param name="Score">From 0 to 1, or a logit if raw scores were asked for; finite.</param>
public readonly record struct PairScore(float Score)
{
    /// <summary>Tokens that were read, special tokens included; 0 when unknown.</summary>
    public int TokenCount { get; init; }

    /// <summary>Tokens that truncation cut off.</summary>
    public int TruncatedTokens { get; init; }
}
