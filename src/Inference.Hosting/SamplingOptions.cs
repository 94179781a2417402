// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting;

/// <summary>How the next token is chosen. What is null is the model's own default, which is the value named here unless its owner set another.</summary>
/// <remarks>Ranges are checked at the door; a value outside is InvalidInput.</remarks>
public sealed record SamplingOptions
{
    /// <summary>Everything at the model's default.</summary>
    public static SamplingOptions Default { get; } = new();

    /// <summary>Divides the logits.</summary>
    /// <value>1 by default, from 0 to 2. 0 takes the most probable token.</value>
    public float? Temperature { get; init; }

    /// <summary>Keeps the most probable tokens that together reach this probability.</summary>
    /// <value>1, that is all, by default; from 0 to 1. 0 takes the most probable token.</value>
    public float? TopP { get; init; }

    /// <summary>Keeps so many of the most probable tokens.</summary>
    /// <value>−1, that is all, by default; 0 means the same.</value>
    public int? TopK { get; init; }

    /// <summary>Keeps tokens at least so probable, relative to the most probable one.</summary>
    /// <value>0 by default, from 0 to 1.</value>
    public float? MinP { get; init; }

    /// <summary>Taken off a token's logit for each time it was generated.</summary>
    /// <value>0 by default, from −2 to 2. The prompt does not count.</value>
    public float? FrequencyPenalty { get; init; }

    /// <summary>Taken off the logit of each token that was generated at all.</summary>
    /// <value>0 by default, from −2 to 2. The prompt does not count.</value>
    public float? PresencePenalty { get; init; }

    /// <summary>Divides positive and multiplies negative logits of tokens that the prompt or the answer has.</summary>
    /// <value>1 by default, above 0.</value>
    public float? RepetitionPenalty { get; init; }

    /// <summary>Makes the choice repeatable: the same request with the same seed on the same version gives the same answer.</summary>
    /// <value>Null by default: a new random seed. Choices of one request differ from each other.</value>
    public long? Seed { get; init; }

    /// <summary>Added to logits, by token id.</summary>
    /// <value>Null by default; values from −100, which all but bans, to 100, which all but forces. An id outside the vocabulary is InvalidInput.</value>
    public IReadOnlyDictionary<int, float>? LogitBias { get; init; }
}
