// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting;


/// <summary>A prompt as tokens, and how to go on with it.</summary>
public sealed record GenerationRequest
{
    /// <summary>The prompt, special tokens included; at least one token. The caller's memory, unchanged until the first token comes.</summary>
    public required ReadOnlyMemory<int> Prompt { get; init; }

    /// <summary>How tokens are chosen.</summary>
    /// <value>The model's defaults by default.</value>
    public SamplingOptions Sampling { get; init; } = SamplingOptions.Default;

    /// <summary>How many answers to give. The prompt is worked on once.</summary>
    /// <value>1 by default, to <see cref="GenerationInfo.MaxChoices"/>.</value>
    public int ChoiceCount { get; init; } = 1;

    /// <summary>Most tokens of one answer.</summary>
    /// <value>Null by default: what the context has room for. What is beyond that room is cut to it. 0 only works on the prompt.</value>
    public int? MaxTokens { get; init; }

    /// <summary>Tokens before which no end token and no stop token is chosen.</summary>
    /// <value>0 by default, to <see cref="MaxTokens"/>.</value>
    public int MinTokens { get; init; }

    /// <summary>Tokens that end an answer, besides the model's own end tokens.</summary>
    public IReadOnlyList<int> StopTokenIds { get; init; } = [];

    /// <summary>Whether an answer goes on after the model's end token.</summary>
    /// <value>False by default.</value>
    public bool IgnoreEndToken { get; init; }

    /// <summary>How many of the most probable tokens to tell for each token; 0 tells only the chosen one.</summary>
    /// <value>Null by default: no logprobs. From 0 to <see cref="GenerationInfo.MaxTopLogprobs"/>.</value>
    public int? TopLogprobs { get; init; }

    /// <summary>Whether the same is told for the tokens of the prompt, in <see cref="GeneratedToken.Prompt"/>.</summary>
    /// <value>False by default. It makes the prompt dearer: its state cannot come from a cache.</value>
    public bool PromptLogprobs { get; init; }

    /// <summary>What the answer may consist of; null for anything.</summary>
    public ITokenGrammar? Grammar { get; init; }

    /// <summary>Lets the reader end single choices; null when it only ends all of them.</summary>
    public GenerationControl? Control { get; init; }

    /// <summary>What a model must honour for this request. Computed on each call.</summary>
    public GenerationFeatures RequiredFeatures => RequestFeatures.Of(this);

    /// <summary>Numbers, never content: safe to log.</summary>
    public override string ToString() => $"{Prompt.Length} tokens, {ChoiceCount} choices";
}
