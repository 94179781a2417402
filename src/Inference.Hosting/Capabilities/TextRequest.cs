// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.Capabilities;


/// <summary>Prompts to go on with.</summary>
/// <remarks>JSON values and token memory in it are the caller's, and must live unchanged until the call completes.</remarks>
public sealed record TextRequest
{
    /// <summary>At least one; none empty.</summary>
    public required IReadOnlyList<TextInput> Prompts { get; init; }

    /// <summary>Text that comes after the answer: the model fills in the middle.</summary>
    /// <value>Null by default.</value>
    public string? Suffix { get; init; }

    /// <summary>Whether an answer begins with its prompt; with logprobs, those of the prompt too.</summary>
    /// <value>False by default. With it, <see cref="MaxTokens"/> may be 0.</value>
    public bool Echo { get; init; }

    /// <summary>How tokens are chosen.</summary>
    /// <value>The model's defaults by default.</value>
    public SamplingOptions Sampling { get; init; } = SamplingOptions.Default;

    /// <summary>How many answers to give to each prompt.</summary>
    /// <value>1 by default, to <see cref="GenerationInfo.MaxChoices"/>.</value>
    public int ChoiceCount { get; init; } = 1;

    /// <summary>Most tokens of one answer, reasoning included.</summary>
    /// <value>Null by default: what the context has room for. What is beyond that room is cut to it, not refused.</value>
    public int? MaxTokens { get; init; }

    /// <summary>Tokens before which an answer does not end by itself or by a stop.</summary>
    /// <value>0 by default, to <see cref="MaxTokens"/>.</value>
    public int MinTokens { get; init; }

    /// <summary>Texts that end an answer. They may span tokens; no part of one is given out.</summary>
    /// <value>None by default, at most 16, none empty.</value>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Tokens that end an answer, besides the model's own end token.</summary>
    public IReadOnlyList<int> StopTokenIds { get; init; } = [];

    /// <summary>Whether the stop text that came is part of the answer.</summary>
    /// <value>False by default.</value>
    public bool IncludeStopText { get; init; }

    /// <summary>Whether an answer goes on after the model's end token, up to its token limit.</summary>
    /// <value>False by default; benchmarks set it.</value>
    public bool IgnoreEndToken { get; init; }

    /// <summary>How many of the most probable tokens to tell for each token of the answer; 0 tells only the chosen one.</summary>
    /// <value>Null by default: no logprobs. From 0 to <see cref="GenerationInfo.MaxTopLogprobs"/>.</value>
    public int? TopLogprobs { get; init; }

    /// <summary>The form of the answer.</summary>
    /// <value>Free text by default.</value>
    public ResponseFormat ResponseFormat { get; init; } = ResponseFormat.Text;

    /// <summary>Whether special tokens are left out of the text of the answer.</summary>
    /// <value>True by default.</value>
    public bool SkipSpecialTokens { get; init; } = true;

    /// <summary>Cuts a prompt that is too long.</summary>
    /// <value>Null by default: such a prompt is InvalidInput.</value>
    public PromptTruncation? Truncation { get; init; }

    /// <summary>Whether the tokenizer adds its special tokens to prompts that are text.</summary>
    /// <value>True by default.</value>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Fields that this contract does not know, for backends that pass them on; others ignore them.</summary>
    /// <remarks>Their document must live until the call completes.</remarks>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }

    /// <summary>What a model must honour for this request. Computed on each call.</summary>
    public GenerationFeatures RequiredFeatures => RequestFeatures.Of(this);

    /// <summary>The number of prompts, never content: safe to log.</summary>
    public override string ToString() => $"{Prompts.Count} prompts";
}
