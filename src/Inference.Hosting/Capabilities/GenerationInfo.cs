// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>What a generating model can do.</summary>
public sealed record GenerationInfo
{
    /// <summary>A model that declares nothing: it honours the least of requests only.</summary>
    public static GenerationInfo Default { get; } = new();

    /// <summary>What it honours.</summary>
    /// <value>Nothing beyond the least by default: other parameters are refused by name rather than ignored.</value>
    public GenerationFeatures Features { get; init; }

    /// <summary>Most tokens of prompt and answer together; null when unknown.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Number of token ids, from 0; null when unknown. Stop tokens and logit bias are checked against it.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>Most choices of one request.</summary>
    /// <value>8 by default, from 1 to 128; 1 where <see cref="GenerationFeatures.Choices"/> is missing.</value>
    public int MaxChoices { get; init; } = 8;

    /// <summary>Most alternatives for each token.</summary>
    /// <value>20 by default.</value>
    public int MaxTopLogprobs { get; init; } = 20;
}
