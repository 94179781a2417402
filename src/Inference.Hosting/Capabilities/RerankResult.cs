// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.Capabilities;


/// <summary>Documents in the order of their scores.</summary>
public sealed record RerankResult
{
    /// <summary>The best first; of equal scores, the earlier document first.</summary>
    public required IReadOnlyList<RankedDocument> Documents { get; init; }

    /// <summary>Tokens of the query with each document, all of them, also those that were not returned; null when unknown.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>How the request was answered; of the slowest batch where there were several.</summary>
    public InferenceTiming Timing { get; init; }

    /// <summary>Fields of the answer that this contract does not know, from backends that pass them on.</summary>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }
}
