// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>One answer to a chat.</summary>
public sealed record ChatChoice
{
    /// <summary>The choice, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>The answer, reasoning, refusal and tool calls included.</summary>
    public required ChatMessage Message { get; init; }

    /// <summary>Why it ended.</summary>
    public required FinishReason FinishReason { get; init; }

    /// <summary>Which stop ended it; null when the model ended by itself.</summary>
    public StopMatch? StopMatch { get; init; }

    /// <summary>The tokens of the answer; null unless logprobs were asked for.</summary>
    public IReadOnlyList<TokenLogprob>? Logprobs { get; init; }
}
