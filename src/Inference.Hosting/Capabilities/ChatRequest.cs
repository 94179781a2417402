// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.Capabilities;


/// <summary>A chat to go on with.</summary>
/// <remarks>JSON values and media memory in it are the caller's, and must live unchanged until the call completes.</remarks>
public sealed record ChatRequest
{
    /// <summary>The chat so far; at least one message.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>How tokens are chosen.</summary>
    /// <value>The model's defaults by default.</value>
    public SamplingOptions Sampling { get; init; } = SamplingOptions.Default;

    /// <summary>How many answers to give.</summary>
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

    /// <summary>Functions that the model may call.</summary>
    public IReadOnlyList<ChatTool> Tools { get; init; } = [];

    /// <summary>Which of them it may or must call.</summary>
    /// <value><see cref="ToolChoice.Auto"/> by default; without tools it means nothing.</value>
    public ToolChoice ToolChoice { get; init; } = ToolChoice.Auto;

    /// <summary>Whether one answer may call several tools.</summary>
    /// <value>True by default; false means at most one call.</value>
    public bool ParallelToolCalls { get; init; } = true;

    /// <summary>How long a reasoning model thinks.</summary>
    /// <value>Null by default: the model's own.</value>
    public ReasoningEffort? ReasoningEffort { get; init; }

    /// <summary>Whether the prompt opens the model's answer.</summary>
    /// <value>True by default; false together with <see cref="ContinueFinalMessage"/>.</value>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>Whether the model goes on with the last message instead of answering it.</summary>
    /// <value>False by default.</value>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>Whether the tokenizer adds its special tokens to what the template wrote.</summary>
    /// <value>False by default: the template writes them.</value>
    public bool AddSpecialTokens { get; init; }

    /// <summary>Arguments for the model's chat template, for example <c>enable_thinking</c>; null for none.</summary>
    public IReadOnlyDictionary<string, JsonElement>? TemplateArguments { get; init; }

    /// <summary>A chat template in place of the model's own; null for the model's own.</summary>
    /// <remarks>It is a program: routes pass it on only where the app allows it.</remarks>
    public string? Template { get; init; }

    /// <summary>Fields that this contract does not know, for backends that pass them on; others ignore them.</summary>
    /// <remarks>Their document must live until the call completes.</remarks>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }

    /// <summary>What a model must honour for this request. Computed on each call.</summary>
    public GenerationFeatures RequiredFeatures => RequestFeatures.Of(this);

    /// <summary>Numbers of messages and tools, never content: safe to log.</summary>
    public override string ToString() => $"{Messages.Count} messages, {Tools.Count} tools";
}
