// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>One answer to a prompt.</summary>
public sealed record TextChoice
{
    /// <summary>The choice, from 0: index of the prompt times choices for each prompt, plus the choice for that prompt.</summary>
    public required int Index { get; init; }

    /// <summary>The answer, after the prompt if that was to be echoed.</summary>
    public required string Text { get; init; }

    /// <summary>Why it ended.</summary>
    public required FinishReason FinishReason { get; init; }

    /// <summary>Which stop ended it; null when the model ended by itself.</summary>
    public StopMatch? StopMatch { get; init; }

    /// <summary>The tokens of <see cref="Text"/>; null unless logprobs were asked for.</summary>
    public IReadOnlyList<TokenLogprob>? Logprobs { get; init; }

    /// <summary>Index and length, never content: safe to log.</summary>
    public override string ToString() => $"choice {Index}, {Text.Length} characters, {FinishReason}";
}
