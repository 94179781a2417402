// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.Capabilities;


/// <summary>The vectors of one request. Plain memory: keep them as long as you like.</summary>
public sealed record EmbeddingResult
{
    /// <summary>One for each input, in the same order.</summary>
    public required IReadOnlyList<TextEmbedding> Embeddings { get; init; }

    /// <summary>Tokens of all inputs; null when unknown.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>How the request was answered; of the slowest batch where there were several.</summary>
    public InferenceTiming Timing { get; init; }

    /// <summary>Fields of the answer that this contract does not know, from backends that pass them on.</summary>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }
}
