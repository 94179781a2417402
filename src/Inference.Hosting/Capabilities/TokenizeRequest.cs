// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>A text or a chat to tokenize; exactly one of the two is set.</summary>
public sealed record TokenizeRequest
{
    /// <summary>The text; it may be empty.</summary>
    public string? Text { get; init; }

    /// <summary>The chat: the tokens are the prompt that <see cref="IChatModel"/> would see for this request. Sampling and limits do not matter.</summary>
    public ChatRequest? Chat { get; init; }

    /// <summary>Whether the tokenizer adds its special tokens.</summary>
    /// <value>Null by default: it does to a text, and does not to a chat, whose template has them.</value>
    public bool? AddSpecialTokens { get; init; }

    /// <summary>Whether the text of each token is wanted too.</summary>
    /// <value>False by default.</value>
    public bool ReturnTokenTexts { get; init; }

    /// <summary>What a tokenizer must honour for this request.</summary>
    public TextFeatures RequiredFeatures
        => (Chat is not null ? TextFeatures.Chat : 0)
            | (AddSpecialTokens == false && Chat is null ? TextFeatures.OmitSpecialTokens : 0)
            | (ReturnTokenTexts ? TextFeatures.TokenTexts : 0);

    /// <summary>Kind and length, never content: safe to log.</summary>
    public override string ToString() => Chat?.ToString() ?? $"{Text?.Length} characters";
}
