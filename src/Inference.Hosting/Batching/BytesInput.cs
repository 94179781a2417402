// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Batching;

/// <summary>Stacks the rows of a BYTES input, in encoded form. Padding along a ragged axis is the empty string.</summary>
internal static class BytesInput
{
    public static void Declare(InputPlan input, InferenceBatch batch, ReadOnlySpan<BatchPart> parts)
    {
        var rank = InputShape.Rank(input, parts, out var first);
        if (rank < 0)
        {
            return;
        }

        var shape = rank <= InputShape.CommonRank ? stackalloc long[rank] : new long[rank];
        var elements = (int)InputShape.Write(input, first, batch, shape);
        long bytes;
        if (IsStacked(input, batch, parts))
        {
            bytes = MeasureStacked(input, batch, parts);
        }
        else
        {
            using var gather = Gather(input, shape, elements, batch, parts);
            bytes = gather.Measure();
        }

        batch.SetInput(input.Index, shape, bytes <= int.MaxValue ? (int)bytes : throw InputShape.TooLarge(input));
    }

    public static void Copy(InputPlan input, InferenceBatch batch, ReadOnlySpan<BatchPart> parts, Span<byte> target)
    {
        if (IsStacked(input, batch, parts))
        {
            CopyStacked(input, batch, parts, target);
            return;
        }

        var shape = batch.GetInputShape(input.Index);
        TensorShape.TryGetElementCount(shape, out var elements);
        using var gather = Gather(input, shape, (int)elements, batch, parts);
        var sources = ArrayPool<InferenceTensor>.Shared.Rent(parts.Length);
        for (var i = 0; i < parts.Length; i++)
        {
            sources[i] = InputShape.Find(input, parts[i]);
        }

        gather.Write(sources, target);
        ArrayPool<InferenceTensor>.Shared.Return(sources, clearArray: true);
    }

    // Whether the encoded rows of the parts simply follow each other.
    private static bool IsStacked(InputPlan input, InferenceBatch batch, ReadOnlySpan<BatchPart> parts)
    {
        if (input.RaggedAxis >= 0)
        {
            foreach (ref readonly var part in parts)
            {
                if (part.Layout.Length != batch.Length)
                {
                    return false;
                }
            }
        }

        return input.BatchAxis <= 0;
    }

    private static long MeasureStacked(InputPlan input, InferenceBatch batch, ReadOnlySpan<BatchPart> parts)
    {
        if (input.BatchAxis < 0)
        {
            return InputShape.Find(input, parts[0]).ByteLength;
        }

        var total = 0L;
        var row = 0;
        foreach (ref readonly var part in parts)
        {
            total += Rows(input, part, part.FirstRow, part.Rows).Length;
            row += part.Rows;
        }

        var last = parts[^1];
        return row == batch.Rows
            ? total
            : total + ((long)(batch.Rows - row) * Rows(input, last, last.FirstRow + last.Rows - 1, 1).Length);
    }

    private static void CopyStacked(InputPlan input, InferenceBatch batch, ReadOnlySpan<BatchPart> parts, Span<byte> target)
    {
        if (input.BatchAxis < 0)
        {
            InputShape.Find(input, parts[0]).Bytes.CopyTo(target);
            return;
        }

        var row = 0;
        foreach (ref readonly var part in parts)
        {
            var rows = Rows(input, part, part.FirstRow, part.Rows);
            rows.CopyTo(target);
            target = target[rows.Length..];
            row += part.Rows;
        }

        for (; row < batch.Rows; row++)
        {
            var last = Rows(input, parts[^1], parts[^1].FirstRow + parts[^1].Rows - 1, 1);
            last.CopyTo(target);
            target = target[last.Length..];
        }
    }

    private static ReadOnlySpan<byte> Rows(InputPlan input, in BatchPart part, int firstRow, int rows)
    {
        var tensor = InputShape.Find(input, part);
        var encoded = tensor.Bytes;
        if (rows == part.Layout.Rows)
        {
            return encoded;
        }

        tensor.Shape.TryGetElementCount(out var elements);
        var each = (int)(elements / part.Layout.Rows);
        encoded = encoded[BytesEncoding.Measure(encoded, firstRow * each)..];
        return encoded[..BytesEncoding.Measure(encoded, rows * each)];
    }

    private static BytesGather Gather(
        InputPlan input, ReadOnlySpan<long> shape, int elements, InferenceBatch batch, ReadOnlySpan<BatchPart> parts)
    {
        var view = AxisView.Create(shape, input.BatchAxis, input.RaggedAxis, 1);
        var gather = new BytesGather(view, elements);
        var row = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            ref readonly var part = ref parts[i];
            var tensor = InputShape.Find(input, part);
            tensor.Shape.TryGetElementCount(out var count);
            var source = AxisView.Create(tensor.Shape.Dimensions, input.BatchAxis, input.RaggedAxis, 1);
            var (firstRow, rows) = input.BatchAxis < 0 ? (0, 1) : (part.FirstRow, part.Rows);
            gather.Add(i, tensor.Bytes, source, (int)count, firstRow, row, rows, input.RaggedAxis < 0 ? 1 : part.Layout.Length);
            row += rows;
            if (input.BatchAxis < 0)
            {
                return gather;
            }
        }

        for (var padding = row; padding < batch.Rows; padding++)
        {
            gather.Repeat(row - 1, padding, input.RaggedAxis < 0 ? 1 : batch.Length);
        }

        return gather;
    }
}
