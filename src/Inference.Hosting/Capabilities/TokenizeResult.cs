// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Tokens of a text or a chat.</summary>
public sealed record TokenizeResult
{
    /// <summary>Their ids.</summary>
    public required ReadOnlyMemory<int> Tokens { get; init; }

    /// <summary>The text of each as the vocabulary has it; null unless asked for.</summary>
    public IReadOnlyList<string>? TokenTexts { get; init; }

    /// <summary>Most tokens that the model takes; null when unknown.</summary>
    public int? MaxModelTokens { get; init; }

    /// <summary>The number of tokens, never content: safe to log.</summary>
    public override string ToString() => $"{Tokens.Length} tokens";
}
