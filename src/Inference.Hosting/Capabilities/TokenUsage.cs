// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Tokens that a call has cost. In a stream the numbers are those so far and never fall.</summary>
/// <remarks>Where a result has no usage at all, it is unknown (a remote server did not tell), not zero.</remarks>
public sealed record TokenUsage
{
    /// <summary>Tokens of all inputs, each counted once however many choices were asked for; special tokens included.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens generated for all choices, reasoning included; 0 where nothing is generated.</summary>
    public int CompletionTokens { get; init; }

    /// <summary>Of the prompt tokens, those whose state came from a cache.</summary>
    public int CachedTokens { get; init; }

    /// <summary>Of the completion tokens, those of reasoning.</summary>
    public int ReasoningTokens { get; init; }

    /// <summary>Tokens that truncation cut off the inputs; they are not among the prompt tokens.</summary>
    public int TruncatedTokens { get; init; }

    /// <summary>Of the prompt tokens, those that stand for audio.</summary>
    public int PromptAudioTokens { get; init; }

    /// <summary>Prompt and completion together.</summary>
    public int TotalTokens => PromptTokens + CompletionTokens;
}
