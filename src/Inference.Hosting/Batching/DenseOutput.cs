// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;

namespace Inference.Hosting.Batching;

/// <summary>Slices an output whose elements have one size.</summary>
internal static class DenseOutput
{
    public static void Scatter(
        OutputPlan output, ReadOnlySpan<long> shape, ReadOnlySpan<byte> data, InferenceBatch batch, ReadOnlySpan<BatchPart> parts)
    {
        var sourceView = AxisView.Create(shape, output.BatchAxis, output.RaggedAxis, output.ElementSize);
        var targetShape = shape.Length <= InputShape.CommonRank ? stackalloc long[shape.Length] : new long[shape.Length];
        shape.CopyTo(targetShape);
        var row = 0;
        foreach (ref readonly var part in parts)
        {
            if (part.Layout.Outputs.Contains(output.Index))
            {
                var steps = output.Steps(shape, part.Layout.Length, batch.Length);
                var bytes = SetTarget(output, targetShape, part.Layout.Rows, steps);
                var target = part.Response.Reserve(output, targetShape, bytes, part.IsWhole);
                var targetView = AxisView.Create(targetShape, output.BatchAxis, output.RaggedAxis, output.ElementSize);
                var rows = output.BatchAxis < 0 ? 1 : part.Rows;
                var runs = new BlockRuns(sourceView, row, targetView, part.FirstRow, rows, 0, steps);
                while (runs.MoveNext())
                {
                    data.Slice(runs.Source, runs.Length).CopyTo(target[runs.Target..]);
                }
            }

            row += part.Rows;
        }
    }

    private static int SetTarget(OutputPlan output, Span<long> shape, int rows, int steps)
    {
        if (output.BatchAxis >= 0)
        {
            shape[output.BatchAxis] = rows;
        }

        if (output.RaggedAxis >= 0)
        {
            shape[output.RaggedAxis] = steps;
        }

        var bytes = (UInt128)output.ElementSize;
        foreach (var dimension in shape)
        {
            bytes *= (ulong)dimension;
        }

        return bytes <= int.MaxValue
            ? (int)bytes
            : throw OutputCheck.Fail(output, shape, "for all rows of the request, more than 2 GiB; send fewer rows");
    }
}
