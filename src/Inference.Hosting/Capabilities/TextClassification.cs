// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>The classes of one input.</summary>
/// <param name="Scores">One for each label: probabilities, or logits if raw scores were asked for; finite.</param>
public readonly record struct TextClassification(ReadOnlyMemory<float> Scores)
{
    /// <summary>Tokens that were read, special tokens included; 0 when unknown.</summary>
    public int TokenCount { get; init; }

    /// <summary>Tokens that truncation cut off.</summary>
    public int TruncatedTokens { get; init; }

    /// <summary>The place of the highest score, the first of equal ones; −1 when there are none.</summary>
    public int BestIndex
    {
        get
        {
            var scores = Scores.Span;
            var best = scores.IsEmpty ? -1 : 0;
            for (var i = 1; i < scores.Length; i++)
            {
                best = scores[i] > scores[best] ? i : best;
            }

            return best;
        }
    }
}
