// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.OnnxRuntime.Graphs;

/// <summary>Shows by running 1 and 3 rows that outputs follow the rows, where the graph's symbols do not say so.</summary>
internal static class BatchAxisProof
{
    // Sizes for free dimensions that are not rows: some graphs need room for their kernels.
    private static readonly int[] _sizes = [1, 16, 64, 256];

    /// <returns>The metadata with batch axes, or as it was, with a line in the log, when the proof fails.</returns>
    public static ModelMetadata Prove(ModelMetadata metadata, BatchAxes axes, IEngineInstance instance, ILogger logger)
    {
        var reason = "";
        foreach (var size in _sizes)
        {
            try
            {
                var one = Run(metadata, axes, instance, rows: 1, size);
                var three = Run(metadata, axes, instance, rows: 3, size);
                var outputs = one.Select((shape, i) => FollowingAxis(shape, three[i], axes.Outputs[i])).ToArray();
                var wrong = Array.IndexOf(outputs, null);
                if (wrong < 0)
                {
                    return MetadataBuilder.WithBatchAxes(
                        metadata, axes with { Outputs = outputs }, outputRanks: [.. one.Select(shape => shape.Length)]);
                }

                reason = $"output '{metadata.Outputs[wrong].Name}' has shape [{string.Join(',', one[wrong])}] for 1 row and [{string.Join(',', three[wrong])}] for 3.";
                break;
            }
            catch (EngineException exception)
            {
                reason = $"it could not be tried with 1 and 3 rows of zeros ({exception.Message}). Declare its axes in OnnxRuntime:BatchAxes.";
            }
        }

        logger.BatchAxisNotProved(metadata.Name, reason);
        return metadata;
    }

    /// <summary>The axis that had 1 entry for 1 row and 3 for 3; the known one, if any, has to be it.</summary>
    private static int? FollowingAxis(long[] one, long[] three, int? known)
    {
        for (var axis = known ?? 0; one.Length == three.Length && axis < (known + 1 ?? one.Length); axis++)
        {
            if (one[axis] == 1 && three[axis] == 3)
            {
                return axis;
            }
        }

        return null;
    }

    private static long[][] Run(ModelMetadata metadata, BatchAxes axes, IEngineInstance instance, int rows, int size)
    {
        var batch = new InferenceBatch(metadata);
        batch.Begin(rows);
        for (var i = 0; i < metadata.Inputs.Count; i++)
        {
            var shape = metadata.Inputs[i].Shape.Dimensions.ToArray();
            for (var axis = 0; axis < shape.Length; axis++)
            {
                shape[axis] = axis == axes.Inputs[i] ? rows : shape[axis] < 0 ? size : shape[axis];
            }

            // An empty string is encoded as four zero bytes.
            var bytes = metadata.Inputs[i].DataType.GetElementSize() is > 0 and var one ? one : 4;
            batch.SetInput(i, shape, checked((int)(shape.Aggregate(1L, (product, dimension) => checked(product * dimension)) * bytes)));
        }

        for (var i = 0; i < metadata.Outputs.Count; i++)
        {
            batch.Want(i);
        }

        instance.Prepare(batch);
        for (var i = 0; i < metadata.Inputs.Count; i++)
        {
            instance.GetInput(i).Clear();
        }

        instance.Execute(batch);
        return [.. Enumerable.Range(0, metadata.Outputs.Count).Select(i => instance.GetOutputShape(i).ToArray())];
    }
}
