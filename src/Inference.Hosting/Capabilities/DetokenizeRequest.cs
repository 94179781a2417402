// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Tokens to turn into text.</summary>
public sealed record DetokenizeRequest
{
    /// <summary>Ids of the model's vocabulary; the caller's memory.</summary>
    public required ReadOnlyMemory<int> Tokens { get; init; }

    /// <summary>Whether special tokens are left out of the text.</summary>
    /// <value>False by default: the text gives the same tokens again.</value>
    public bool SkipSpecialTokens { get; init; }
}
