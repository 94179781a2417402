// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.Capabilities;


/// <summary>The classes of all inputs of one request.</summary>
public sealed record ClassificationResult
{
    /// <summary>One for each input, in the same order.</summary>
    public required IReadOnlyList<TextClassification> Classifications { get; init; }

    /// <summary>Names of the classes, in the order of the scores; of the version that answered.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Whether classes do not exclude each other, so that their probabilities do not add up to 1.</summary>
    public bool IsMultiLabel { get; init; }

    /// <summary>Tokens of all inputs; null when unknown.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>How the request was answered; of the slowest batch where there were several.</summary>
    public InferenceTiming Timing { get; init; }

    /// <summary>Fields of the answer that this contract does not know, from backends that pass them on.</summary>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }
}
