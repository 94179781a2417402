// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Text;

/// <summary>How an <c>IEmbeddingGenerator</c> serves as a model. Section <c>Inference:Models:{name}:EmbeddingGenerator</c>; reloads.</summary>
public sealed class EmbeddingGeneratorOptions
{
    /// <summary>Most calls at a time; others wait in the model's queue.</summary>
    /// <value>64 by default, from 1.</value>
    public int MaxConcurrency { get; set; } = 64;

    /// <summary>What the generator honours. What is missing here is refused by the parameter's name.</summary>
    /// <value>
    /// <see cref="TextFeatures.Dimensions"/> by default. More for a generator that reads additional properties: those get the names that the OpenAI
    /// routes give them, such as <c>prompt_name</c>. Inputs as tokens cannot be carried.
    /// </value>
    public TextFeatures Features { get; set; } = TextFeatures.Dimensions;

    /// <summary>Length of the vectors, for callers that ask.</summary>
    /// <value>Null by default: what the generator says of itself.</value>
    public int? Dimensions { get; set; }

    /// <summary>Most tokens of one input, for callers that ask; the generator itself enforces it.</summary>
    /// <value>Null by default: unknown.</value>
    public int? MaxInputTokens { get; set; }
}
