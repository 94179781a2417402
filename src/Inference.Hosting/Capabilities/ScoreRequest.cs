// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.Capabilities;


/// <summary>Pairs to score.</summary>
public sealed record ScoreRequest
{
    /// <summary>At least one; each with a query first and a document second, none empty.</summary>
    public required IReadOnlyList<TextPair> Pairs { get; init; }

    /// <summary>Whether scores are the logits as they are.</summary>
    /// <value>False by default: the model's own activation is applied (a sigmoid where there is one logit), and scores are from 0 to 1.</value>
    public bool RawScores { get; init; }

    /// <summary>Cuts pairs that are too long; the document is cut, not the query.</summary>
    /// <value>Null by default: such a pair is InvalidInput.</value>
    public PromptTruncation? Truncation { get; init; }

    /// <summary>Most tokens of one document; what is longer is cut.</summary>
    /// <value>Null by default.</value>
    public int? MaxTokensPerDocument { get; init; }

    /// <summary>Fields that this contract does not know, for backends that pass them on; others ignore them.</summary>
    /// <remarks>Their document must live until the call completes.</remarks>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }

    /// <summary>What a model must honour for this request.</summary>
    public TextFeatures RequiredFeatures
        => (Pairs.Any(pair => pair.First.IsTokens || pair.Second is { IsTokens: true }) ? TextFeatures.TokenInput : 0)
            | (RawScores ? TextFeatures.RawScores : 0)
            | (Truncation is not null ? TextFeatures.Truncation : 0)
            | (MaxTokensPerDocument is not null ? TextFeatures.MaxTokensPerDocument : 0);

    /// <summary>The number of pairs, never content: safe to log.</summary>
    public override string ToString() => $"{Pairs.Count} pairs";
}
