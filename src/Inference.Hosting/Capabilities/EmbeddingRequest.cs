// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.Capabilities;


/// <summary>Texts to embed.</summary>
public sealed record EmbeddingRequest
{
    /// <summary>At least one; none empty.</summary>
    public required IReadOnlyList<TextInput> Inputs { get; init; }

    /// <summary>Length of the vectors: the first so many numbers, normalized again.</summary>
    /// <value>Null by default: the model's own length. From 1 to that length.</value>
    public int? Dimensions { get; init; }

    /// <summary>Cuts inputs that are too long.</summary>
    /// <value>Null by default: such an input is InvalidInput.</value>
    public PromptTruncation? Truncation { get; init; }

    /// <summary>Whether the tokenizer adds its special tokens to texts.</summary>
    /// <value>True by default.</value>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Whether vectors get the length 1.</summary>
    /// <value>Null by default: as the model's files say.</value>
    public bool? Normalize { get; init; }

    /// <summary>A prompt of the model, or a kind of input such as <c>query</c> or <c>document</c>, that goes before each input.</summary>
    /// <value>Null by default: the model's own default prompt, if it has one.</value>
    public string? PromptName { get; init; }

    /// <summary>Fields that this contract does not know, for backends that pass them on; others ignore them.</summary>
    /// <remarks>Their document must live until the call completes.</remarks>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }

    /// <summary>What a model must honour for this request.</summary>
    public TextFeatures RequiredFeatures
        => (Inputs.Any(input => input.IsTokens) ? TextFeatures.TokenInput : 0)
            | (Dimensions is not null ? TextFeatures.Dimensions : 0)
            | (Truncation is not null ? TextFeatures.Truncation : 0)
            | (!AddSpecialTokens ? TextFeatures.OmitSpecialTokens : 0)
            | (Normalize is not null ? TextFeatures.Normalize : 0)
            | (PromptName is not null ? TextFeatures.PromptName : 0);

    /// <summary>The number of inputs, never content: safe to log.</summary>
    public override string ToString() => $"{Inputs.Count} inputs";
}
