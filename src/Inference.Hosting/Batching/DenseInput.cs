// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Runtime.InteropServices;
using Inference.Hosting.Engines;

namespace Inference.Hosting.Batching;

/// <summary>Stacks the rows of an input whose elements have one size.</summary>
internal static class DenseInput
{
    public static void Declare(InputPlan input, InferenceBatch batch, ReadOnlySpan<BatchPart> parts)
    {
        var rank = InputShape.Rank(input, parts, out var first);
        if (rank < 0)
        {
            return;
        }

        var shape = rank <= InputShape.CommonRank ? stackalloc long[rank] : new long[rank];
        var bytes = InputShape.Write(input, first, batch, shape) * input.ElementSize;
        batch.SetInput(input.Index, shape, bytes <= int.MaxValue ? (int)bytes : throw InputShape.TooLarge(input));
    }

    public static void Copy(InputPlan input, InferenceBatch batch, ReadOnlySpan<BatchPart> parts, Span<byte> target)
    {
        var targetView = AxisView.Create(batch.GetInputShape(input.Index), input.BatchAxis, input.RaggedAxis, input.ElementSize);
        if (input.BatchAxis < 0)
        {
            // Shared by all parts, or the model runs one request at a time.
            CopyRows(input, parts[0], 0, 1, targetView, 0, batch.Length, target);
            return;
        }

        var row = 0;
        foreach (ref readonly var part in parts)
        {
            CopyRows(input, part, part.FirstRow, part.Rows, targetView, row, batch.Length, target);
            row += part.Rows;
        }

        Debug.Assert(row > 0 && row <= batch.Rows, "A run has rows, and room for them.");
        for (var padding = row; padding < batch.Rows; padding++)
        {
            var runs = new BlockRuns(targetView, row - 1, targetView, padding, 1, 0, input.RaggedAxis < 0 ? 1 : batch.Length);
            while (runs.MoveNext())
            {
                target.Slice(runs.Source, runs.Length).CopyTo(target[runs.Target..]);
            }
        }
    }

    private static void CopyRows(
        InputPlan input, in BatchPart part, int sourceRow, int rows, in AxisView targetView, int targetRow, int paddedLength, Span<byte> target)
    {
        var length = input.RaggedAxis < 0 ? 1 : part.Layout.Length;
        if (input.Spec.IsMask && !input.TryFind(part.Request, out _))
        {
            Fill(targetView, targetRow, rows, 0, length, input.One, target);
        }
        else
        {
            var tensor = InputShape.Find(input, part);
            var source = tensor.Bytes;
            var sourceView = AxisView.Create(tensor.Shape.Dimensions, input.BatchAxis, input.RaggedAxis, input.ElementSize);
            var runs = new BlockRuns(sourceView, sourceRow, targetView, targetRow, rows, 0, length);
            while (runs.MoveNext())
            {
                source.Slice(runs.Source, runs.Length).CopyTo(target[runs.Target..]);
            }
        }

        if (input.RaggedAxis >= 0 && length < paddedLength)
        {
            Fill(targetView, targetRow, rows, length, paddedLength - length, input.Pad, target);
        }
    }

    private static void Fill(
        in AxisView view, int row, int rows, int firstStep, int steps, ReadOnlySpan<byte> element, Span<byte> target)
    {
        var runs = new BlockRuns(view, row, view, row, rows, firstStep, steps);
        while (runs.MoveNext())
        {
            Fill(target.Slice(runs.Target, runs.Length), element);
        }
    }

    private static void Fill(Span<byte> target, ReadOnlySpan<byte> element)
    {
        switch (element.Length)
        {
            case 1: target.Fill(element[0]); break;
            case 2: MemoryMarshal.Cast<byte, ushort>(target).Fill(MemoryMarshal.Read<ushort>(element)); break;
            case 4: MemoryMarshal.Cast<byte, uint>(target).Fill(MemoryMarshal.Read<uint>(element)); break;
            default: MemoryMarshal.Cast<byte, ulong>(target).Fill(MemoryMarshal.Read<ulong>(element)); break;
        }
    }
}
