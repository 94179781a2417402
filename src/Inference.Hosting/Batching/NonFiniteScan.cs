// SPDX-License-Identifier: Apache-2.0

using System.Numerics;
using System.Runtime.InteropServices;
using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Batching;

/// <summary>Finds NaN and infinities in floating-point outputs.</summary>
internal sealed class NonFiniteScan(ModelMetadata metadata)
{
    private readonly OutputPlan[] _outputs =
    [
        .. OutputPlan.CreateAll(metadata).Where(output =>
            output.DataType is TensorDataType.FP16 or TensorDataType.BF16 or TensorDataType.FP32 or TensorDataType.FP64),
    ];

    /// <summary>Marks the parts whose wanted outputs hold NaN or an infinity in their own rows; padding does not count.</summary>
    /// <param name="instance">After a run.</param>
    /// <param name="batch">The batch that ran.</param>
    /// <param name="parts">As they were assembled.</param>
    /// <param name="found">One flag a part; overwritten.</param>
    /// <returns>How many parts are marked.</returns>
    /// <exception cref="EngineException">As for <see cref="BatchAssembler.Scatter"/>.</exception>
    public int Find(IEngineInstance instance, InferenceBatch batch, ReadOnlySpan<BatchPart> parts, Span<bool> found)
    {
        found = found[..parts.Length];
        found.Clear();
        foreach (var output in _outputs)
        {
            if (!batch.Wants(output.Index))
            {
                continue;
            }

            var shape = instance.GetOutputShape(output.Index);
            var data = instance.GetOutput(output.Index);
            OutputCheck.Run(output, shape, batch, parts);
            OutputCheck.RunData(output, shape, data.Length);

            // Most runs are clean: one pass over everything settles it.
            if (HasNonFinite(output.DataType, data))
            {
                Mark(output, shape, data, batch, parts, found);
            }
        }

        return found.Count(true);
    }

    private static void Mark(
        OutputPlan output, ReadOnlySpan<long> shape, ReadOnlySpan<byte> data, InferenceBatch batch, ReadOnlySpan<BatchPart> parts, Span<bool> found)
    {
        var view = AxisView.Create(shape, output.BatchAxis, output.RaggedAxis, output.ElementSize);
        var row = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            ref readonly var part = ref parts[i];
            if (part.Layout.Outputs.Contains(output.Index))
            {
                var steps = output.Steps(shape, part.Layout.Length, batch.Length);
                var runs = new BlockRuns(view, row, view, row, output.BatchAxis < 0 ? 1 : part.Rows, 0, steps);
                while (!found[i] && runs.MoveNext())
                {
                    found[i] = HasNonFinite(output.DataType, data.Slice(runs.Source, runs.Length));
                }
            }

            row += part.Rows;
        }
    }

    // An exponent of all ones is NaN or an infinity.
    private static bool HasNonFinite(TensorDataType type, ReadOnlySpan<byte> data) => type switch
    {
        TensorDataType.FP32 => HasAllBits(MemoryMarshal.Cast<byte, uint>(data), 0x7F800000u),
        TensorDataType.FP64 => HasAllBits(MemoryMarshal.Cast<byte, ulong>(data), 0x7FF0000000000000ul),
        TensorDataType.FP16 => HasAllBits(MemoryMarshal.Cast<byte, ushort>(data), (ushort)0x7C00),
        _ => HasAllBits(MemoryMarshal.Cast<byte, ushort>(data), (ushort)0x7F80),
    };

    private static bool HasAllBits<T>(ReadOnlySpan<T> values, T mask)
        where T : unmanaged, IBinaryInteger<T>
    {
        var masks = new Vector<T>(mask);
        var i = 0;
        for (; i <= values.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            if (Vector.EqualsAny(new Vector<T>(values[i..]) & masks, masks))
            {
                return true;
            }
        }

        for (; i < values.Length; i++)
        {
            if ((values[i] & mask) == mask)
            {
                return true;
            }
        }

        return false;
    }
}
