// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.Capabilities;


/// <summary>Texts to classify.</summary>
public sealed record ClassificationRequest
{
    /// <summary>At least one; none empty.</summary>
    public required IReadOnlyList<TextPair> Inputs { get; init; }

    /// <summary>Whether scores are the logits as they are.</summary>
    /// <value>False by default: a softmax, or a sigmoid for each class where classes do not exclude each other.</value>
    public bool RawScores { get; init; }

    /// <summary>Cuts inputs that are too long.</summary>
    /// <value>Null by default: such an input is InvalidInput.</value>
    public PromptTruncation? Truncation { get; init; }

    /// <summary>Whether the tokenizer adds its special tokens to texts.</summary>
    /// <value>True by default.</value>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Fields that this contract does not know, for backends that pass them on; others ignore them.</summary>
    /// <remarks>Their document must live until the call completes.</remarks>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }

    /// <summary>What a model must honour for this request.</summary>
    public TextFeatures RequiredFeatures
        => (Inputs.Any(input => input.First.IsTokens || input.Second is { IsTokens: true }) ? TextFeatures.TokenInput : 0)
            | (Inputs.Any(input => input.Second is not null) ? TextFeatures.Pairs : 0)
            | (RawScores ? TextFeatures.RawScores : 0)
            | (Truncation is not null ? TextFeatures.Truncation : 0)
            | (!AddSpecialTokens ? TextFeatures.OmitSpecialTokens : 0);

    /// <summary>The number of inputs, never content: safe to log.</summary>
    public override string ToString() => $"{Inputs.Count} inputs";
}
