// SPDX-License-Identifier: Apache-2.0

using System.Numerics.Tensors;
using System.Text;

namespace Inference.Hosting.Samples.Ocr.Lines;

/// <summary>Reads text from one probability per class and step: the best class of each step, repetitions and blanks left out.</summary>
internal static class CtcDecoder
{
    /// <summary>Decodes one line.</summary>
    /// <param name="probabilities">[steps, classes], row by row.</param>
    /// <param name="characters">The classes.</param>
    /// <returns>The text, and the mean probability of its characters; 0 when there is none.</returns>
    public static (string Text, float Confidence) Decode(ReadOnlySpan<float> probabilities, CharacterSet characters)
    {
        var text = new StringBuilder();
        var (sum, count, previous) = (0f, 0, CharacterSet.Blank);
        for (var step = probabilities; !step.IsEmpty; step = step[characters.Count..])
        {
            var best = TensorPrimitives.IndexOfMax(step[..characters.Count]);
            if (best != previous && best != CharacterSet.Blank)
            {
                text.Append(characters[best]);
                sum += step[best];
                count++;
            }

            previous = best;
        }

        // Blanks at the ends are the margin of the box.
        return (text.ToString().Trim(), count == 0 ? 0 : sum / count);
    }
}
