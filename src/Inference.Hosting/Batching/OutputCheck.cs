// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Batching;

/// <summary>Checks what came out of a run before rows are handed to callers: a wrong guess would give one caller another's rows.</summary>
internal static class OutputCheck
{
    /// <exception cref="EngineException">The output does not have the rows of the run, or not the rank that its axes need.</exception>
    public static void Run(OutputPlan output, ReadOnlySpan<long> shape, InferenceBatch batch, ReadOnlySpan<BatchPart> parts)
    {
        if (shape.Length <= Math.Max(output.BatchAxis, output.RaggedAxis))
        {
            throw Fail(output, shape, $"where rank {Math.Max(output.BatchAxis, output.RaggedAxis) + 1} or more was expected");
        }

        if (output.BatchAxis >= 0)
        {
            if (shape[output.BatchAxis] != batch.Rows)
            {
                throw Fail(output, shape, $"where axis {output.BatchAxis} should hold the {batch.Rows} rows of the run");
            }
        }
        else if (batch.Metadata.SupportsBatching && !(parts.Length == 1 && parts[0].IsWhole && batch.Rows == parts[0].Rows))
        {
            throw Fail(output, shape, $"without rows, from a run that {parts.Length} callers or padding shared");
        }
    }

    /// <exception cref="EngineException">The data does not fill the shape.</exception>
    public static void RunData(OutputPlan output, ReadOnlySpan<long> shape, int byteLength)
    {
        if (!TensorShape.TryGetElementCount(shape, out var elements) || elements != byteLength / output.ElementSize)
        {
            throw Fail(output, shape, $"with {byteLength} bytes of {output.DataType.ToV2Name()}");
        }
    }

    public static EngineException Fail(OutputPlan output, ReadOnlySpan<long> shape, string what)
    {
        var text = $"{RequestFaults.Quote(output.Name)} with shape {TensorShape.Create(shape)} {what}";
        return new(EngineFault.Run, $"The run gave output {text}.")
        {
            PublicMessage = $"The model gave output {text}: it cannot be cut into the rows of its callers.",
        };
    }
}
