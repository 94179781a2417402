// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.Capabilities;


/// <summary>Documents to order by how well they answer a query.</summary>
public sealed record RerankRequest
{
    /// <summary>What is asked; not empty.</summary>
    public required TextInput Query { get; init; }

    /// <summary>At least one; none empty.</summary>
    public required IReadOnlyList<TextInput> Documents { get; init; }

    /// <summary>How many of the best to return.</summary>
    /// <value>Null by default: all. From 1; more than there are means all.</value>
    public int? TopN { get; init; }

    /// <inheritdoc cref="ScoreRequest.RawScores"/>
    public bool RawScores { get; init; }

    /// <inheritdoc cref="ScoreRequest.Truncation"/>
    public PromptTruncation? Truncation { get; init; }

    /// <inheritdoc cref="ScoreRequest.MaxTokensPerDocument"/>
    public int? MaxTokensPerDocument { get; init; }

    /// <summary>Fields that this contract does not know, for backends that pass them on; others ignore them.</summary>
    /// <remarks>Their document must live until the call completes.</remarks>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }

    /// <summary>What a model must honour for this request.</summary>
    public TextFeatures RequiredFeatures => ToScoreRequest().RequiredFeatures;

    /// <summary>The same as pairs: the query with each document.</summary>
    public ScoreRequest ToScoreRequest() => new()
    {
        Pairs = [.. Documents.Select(document => new TextPair(Query, document))],
        RawScores = RawScores,
        Truncation = Truncation,
        MaxTokensPerDocument = MaxTokensPerDocument,
        AdditionalProperties = AdditionalProperties,
    };

    /// <summary>The number of documents, never content: safe to log.</summary>
    public override string ToString() => $"{Documents.Count} documents";
}
