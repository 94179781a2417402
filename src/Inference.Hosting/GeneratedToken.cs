// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting;


/// <summary>A token of one choice.</summary>
/// <param name="Choice">The choice, from 0.</param>
/// <param name="TokenId">The token; −1 when the step has none: a choice that ends without one, or a request for 0 tokens.</param>
public readonly record struct GeneratedToken(int Choice, int TokenId)
{
    /// <summary>Natural logarithm of its probability, from the raw logits, before temperature and penalties; 0 unless asked for.</summary>
    public float Logprob { get; init; }

    /// <summary>The most probable tokens at this place, best first; null unless asked for.</summary>
    public IReadOnlyList<TokenCandidate>? Top { get; init; }

    /// <summary>Why the choice ended; set on its last token, exactly once. An end or stop token is the last one and comes with it.</summary>
    public FinishReason? FinishReason { get; init; }

    /// <summary>What became of the prompt; with the first token of the request, else null.</summary>
    public GeneratedPrompt? Prompt { get; init; }

    /// <summary>How the request was answered; with the last token of the request, else null.</summary>
    public GenerationDetails? Details { get; init; }
}
