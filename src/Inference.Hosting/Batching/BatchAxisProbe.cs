// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Batching;

/// <summary>Proves with 1 and 3 rows that outputs follow the batch axis of the inputs.</summary>
internal static class BatchAxisProbe
{
    // Not a size that graphs are likely to have fixed somewhere.
    private const int Rows = 3;

    /// <summary>The metadata with the batch axis on each output; without batching when an output does not follow.</summary>
    /// <param name="instance">On its own thread, before any request.</param>
    /// <param name="metadata">With batch axes on the inputs; unchanged when it does not support batching.</param>
    /// <param name="reason">Why the model does not batch, for the log; null when it does.</param>
    /// <param name="length">Length along the ragged axis.</param>
    /// <param name="sample">Makes a one-row request of a length, of which the rows are copies; null for zeros.</param>
    /// <exception cref="EngineException">The model does not run with a single row either.</exception>
    public static ModelMetadata Run(
        IEngineInstance instance,
        ModelMetadata metadata,
        out string? reason,
        int length = 0,
        Func<int, InferenceRequest>? sample = null)
    {
        reason = null;
        if (!metadata.SupportsBatching)
        {
            return metadata;
        }

        var request = sample?.Invoke(length) ?? WarmupSample.Create(metadata, length);
        var one = ProbeRun.Shapes(instance, metadata, request, 1);
        long[][] three;
        try
        {
            three = ProbeRun.Shapes(instance, metadata, request, Rows);
        }
        catch (EngineException exception)
        {
            reason = $"A run with {Rows} rows failed: {exception.Message}";
            return Alone(metadata);
        }

        TensorSpec[] outputs = [.. metadata.Outputs];
        for (var i = 0; i < outputs.Length; i++)
        {
            var axis = Find(outputs[i], one[i], three[i]);
            if (axis is null)
            {
                reason = $"Output {RequestFaults.Quote(outputs[i].Name)} does not follow the rows: {TensorShape.Create(one[i])} with 1 row, {TensorShape.Create(three[i])} with {Rows}.";
                return Alone(metadata);
            }

            outputs[i] = outputs[i] with { BatchAxis = axis };
        }

        return metadata with { Outputs = outputs };
    }

    private static int? Find(TensorSpec output, long[] one, long[] three)
    {
        if (one.Length != three.Length)
        {
            return null;
        }

        int[] axes = [.. Enumerable.Range(0, one.Length).Where(axis => one[axis] == 1 && three[axis] == Rows)];
        return output.BatchAxis is { } declared
            ? axes.Contains(declared) ? declared : null
            : axes is [var only] ? only : null;
    }

    private static ModelMetadata Alone(ModelMetadata metadata) => metadata with { SupportsBatching = false, MaxBatchSize = 1 };
}
