// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Batching;

/// <summary>Finds which output axes carry the ragged length, and by which factor, by running one row at different lengths.</summary>
internal static class RaggedProbe
{
    private const int Long = 128;

    /// <summary>The metadata with <c>RaggedAxis</c> and <c>RaggedScale</c> on the outputs; unchanged when no input is ragged.</summary>
    /// <param name="instance">On its own thread, before any request.</param>
    /// <param name="metadata">With ragged inputs declared; outputs that declare an axis are left as they are.</param>
    /// <param name="maxLength">Longest accepted length, from 1.</param>
    /// <param name="sample">Makes a one-row request of a length; null for zeros.</param>
    /// <exception cref="InferenceException">Unsupported: an output depends on the length in a way that cannot be cut back.</exception>
    /// <exception cref="EngineException">The model does not run at these lengths.</exception>
    public static ModelMetadata Run(
        IEngineInstance instance, ModelMetadata metadata, int maxLength, Func<int, InferenceRequest>? sample = null)
    {
        if (maxLength < 2 || metadata.Inputs.All(input => input.RaggedAxis is null || input.Shape.Rank > 0 && input.Shape[input.RaggedAxis.Value] >= 0))
        {
            return metadata;
        }

        // Powers of two where the maximum allows it: strides and poolings divide them.
        var longer = Math.Min(Long, maxLength);
        var shorter = longer / 2;
        var small = Shapes(shorter);
        var large = Shapes(longer);
        TensorSpec[] outputs = [.. metadata.Outputs];
        for (var i = 0; i < outputs.Length; i++)
        {
            outputs[i] = outputs[i].RaggedAxis is null
                ? Derive(outputs[i], (shorter, small[i]), (longer, large[i]))
                : outputs[i];
        }

        var found = metadata with { Outputs = outputs };
        CheckOdd(longer - 3);
        return found;

        long[][] Shapes(int length)
            => ProbeRun.Shapes(instance, metadata, sample?.Invoke(length) ?? WarmupSample.Create(metadata, length), copies: 1);

        // Between the multiples of a stride a model may round down where a cut rounds up: a row would then differ alone and in company.
        void CheckOdd(int odd)
        {
            if (odd <= shorter)
            {
                return;
            }

            long[][] shapes;
            try
            {
                shapes = Shapes(odd);
            }
            catch (EngineException)
            {
                // A model that takes multiples only has nothing between them.
                return;
            }

            for (var i = 0; i < outputs.Length; i++)
            {
                if (outputs[i].RaggedAxis is { } axis && axis < shapes[i].Length
                    && shapes[i][axis] != OutputPlan.Scale(odd, outputs[i].RaggedScale))
                {
                    throw Unfit(outputs[i], $"{shapes[i][axis]} on axis {axis} at length {odd}, not the {OutputPlan.Scale(odd, outputs[i].RaggedScale)} that its factor {outputs[i].RaggedScale:0.####} gives");
                }
            }
        }
    }

    private static TensorSpec Derive(TensorSpec output, (int Length, long[] Shape) small, (int Length, long[] Shape) large)
    {
        if (small.Shape.Length != large.Shape.Length)
        {
            throw Unfit(output, $"rank {small.Shape.Length} at length {small.Length} and rank {large.Shape.Length} at {large.Length}");
        }

        int[] axes = [.. Enumerable.Range(0, small.Shape.Length).Where(axis => small.Shape[axis] != large.Shape[axis])];
        if (axes.Length == 0)
        {
            return output;
        }

        if (axes.Length > 1)
        {
            throw Unfit(output, $"{TensorShape.Create(small.Shape)} at length {small.Length} and {TensorShape.Create(large.Shape)} at {large.Length}: two axes follow the length");
        }

        var found = axes[0];
        if (found == output.BatchAxis)
        {
            throw Unfit(output, $"a batch axis {found} that follows the length");
        }

        var scale = (double)(large.Shape[found] - small.Shape[found]) / (large.Length - small.Length);
        return OutputPlan.Scale(small.Length, scale) == small.Shape[found] && OutputPlan.Scale(large.Length, scale) == large.Shape[found]
            ? output with { RaggedAxis = found, RaggedScale = scale }
            : throw Unfit(output, $"{small.Shape[found]} on axis {found} at length {small.Length} and {large.Shape[found]} at {large.Length}, which is no multiple");
    }

    private static InferenceException Unfit(TensorSpec output, string found)
        => new(
            InferenceErrorCode.Unsupported,
            $"Output {RequestFaults.Quote(output.Name)} has {found}: padded rows cannot be cut back to their length. Do not declare a ragged axis for this model; rows of equal length still share runs.")
        {
            Parameter = output.Name,
        };
}
