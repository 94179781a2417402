// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.Capabilities;


/// <summary>The scores of one request.</summary>
public sealed record ScoreResult
{
    /// <summary>One for each pair, in the same order.</summary>
    public required IReadOnlyList<PairScore> Scores { get; init; }

    /// <summary>Tokens of all pairs; null when unknown.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>How the request was answered; of the slowest batch where there were several.</summary>
    public InferenceTiming Timing { get; init; }

    /// <summary>Fields of the answer that this contract does not know, from backends that pass them on.</summary>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }
}
