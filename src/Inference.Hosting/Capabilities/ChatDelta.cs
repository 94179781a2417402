// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.Capabilities;


/// <summary>A step of one choice of an answer; what is null has not changed.</summary>
public sealed record ChatDelta
{
    /// <summary>The choice, from 0.</summary>
    public int Choice { get; init; }

    /// <summary>Text that is added to the answer.</summary>
    public string? Text { get; init; }

    /// <summary>Text that is added to the reasoning before the answer.</summary>
    public string? Reasoning { get; init; }

    /// <summary>Text that is added to a refusal.</summary>
    public string? Refusal { get; init; }

    /// <summary>A step of a tool call.</summary>
    public ChatToolCallDelta? ToolCall { get; init; }

    /// <summary>The tokens of this step, when logprobs were asked for.</summary>
    public IReadOnlyList<TokenLogprob>? Logprobs { get; init; }

    /// <summary>Why the choice ended; set on its last step, exactly once.</summary>
    public FinishReason? FinishReason { get; init; }

    /// <summary>Which stop ended the choice, beside <see cref="FinishReason"/>; null when the model ended by itself.</summary>
    public StopMatch? StopMatch { get; init; }

    /// <summary>Tokens of the whole request so far: on the first step at least those of the prompt, on the last one all.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>How the request was answered; on the last step.</summary>
    public GenerationDetails? Details { get; init; }

    /// <summary>Fields of the answer that this contract does not know, from backends that pass them on.</summary>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }

    /// <summary>The choice, never content: safe to log.</summary>
    public override string ToString() => FinishReason is { } reason ? $"choice {Choice}, {reason}" : $"choice {Choice}";
}
