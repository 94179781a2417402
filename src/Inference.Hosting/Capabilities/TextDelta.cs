// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.Capabilities;


/// <summary>A step of one choice of an answer; what is null has not changed.</summary>
public sealed record TextDelta
{
    /// <summary>The choice, from 0: index of the prompt times choices for each prompt, plus the choice for that prompt.</summary>
    public int Choice { get; init; }

    /// <summary>Text that is added to the answer; that of an echoed prompt comes first.</summary>
    public string? Text { get; init; }

    /// <summary>The tokens of this step, when logprobs were asked for; those of an echoed prompt come first.</summary>
    public IReadOnlyList<TokenLogprob>? Logprobs { get; init; }

    /// <summary>Why the choice ended; set on its last step, exactly once. Never <see cref="FinishReason.ToolCalls"/>.</summary>
    public FinishReason? FinishReason { get; init; }

    /// <summary>Which stop ended the choice, beside <see cref="FinishReason"/>; null when the model ended by itself.</summary>
    public StopMatch? StopMatch { get; init; }

    /// <summary>Tokens of the whole request so far: on the first step at least those of the prompts, on the last one all.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>How the request was answered; on the last step.</summary>
    public GenerationDetails? Details { get; init; }

    /// <summary>Fields of the answer that this contract does not know, from backends that pass them on.</summary>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }

    /// <summary>The choice, never content: safe to log.</summary>
    public override string ToString() => FinishReason is { } reason ? $"choice {Choice}, {reason}" : $"choice {Choice}";
}
