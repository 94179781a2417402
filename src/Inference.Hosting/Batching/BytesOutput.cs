// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Batching;

/// <summary>Slices a BYTES output. Rows differ in size, so parts of a split request are kept apart until all are there.</summary>
internal static class BytesOutput
{
    public static void Scatter(
        OutputPlan output, ReadOnlySpan<long> shape, ReadOnlySpan<byte> data, InferenceBatch batch, ReadOnlySpan<BatchPart> parts)
    {
        if (!TensorShape.TryGetElementCount(shape, out var elements) || elements != BytesEncoding.Count(data))
        {
            throw OutputCheck.Fail(output, shape, $"with {BytesEncoding.Count(data)} BYTES elements");
        }

        var sourceView = AxisView.Create(shape, output.BatchAxis, output.RaggedAxis, 1);
        var partShape = shape.Length <= InputShape.CommonRank ? stackalloc long[shape.Length] : new long[shape.Length];
        shape.CopyTo(partShape);
        var offsets = BytesGather.Offsets(data, (int)elements);
        try
        {
            var row = 0;
            foreach (ref readonly var part in parts)
            {
                if (part.Layout.Outputs.Contains(output.Index))
                {
                    var steps = output.Steps(shape, part.Layout.Length, batch.Length);
                    Scatter(output, sourceView, row, partShape, steps, data, offsets, part);
                }

                row += part.Rows;
            }
        }
        finally
        {
            ArrayPool<int>.Shared.Return(offsets);
        }
    }

    private static void Scatter(
        OutputPlan output, in AxisView sourceView, int row, Span<long> shape, int steps, ReadOnlySpan<byte> data, int[] offsets, in BatchPart part)
    {
        var rows = output.BatchAxis < 0 ? 1 : part.Rows;
        if (output.BatchAxis >= 0)
        {
            shape[output.BatchAxis] = rows;
        }

        if (output.RaggedAxis >= 0)
        {
            shape[output.RaggedAxis] = steps;
        }

        // Runs of elements are runs of bytes, and come in the order of the part's own tensor.
        var view = AxisView.Create(shape, output.BatchAxis, output.RaggedAxis, 1);
        var bytes = 0;
        var sizes = new BlockRuns(sourceView, row, view, 0, rows, 0, steps);
        while (sizes.MoveNext())
        {
            bytes += offsets[sizes.Source + sizes.Length] - offsets[sizes.Source];
        }

        var target = part.IsWhole
            ? part.Response.Reserve(output, shape, bytes, isWhole: true)
            : part.Response.ReservePiece(output, shape, part.FirstRow, rows, bytes);
        var runs = new BlockRuns(sourceView, row, view, 0, rows, 0, steps);
        while (runs.MoveNext())
        {
            var run = data[offsets[runs.Source]..offsets[runs.Source + runs.Length]];
            run.CopyTo(target);
            target = target[run.Length..];
        }
    }
}
