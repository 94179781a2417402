// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Conformance.Tensors;

/// <summary>Makes inputs of which nothing is known but the metadata.</summary>
internal static class InputMaker
{
    private const long MostElements = 1 << 22;

    /// <summary>Sizes of free dimensions and values of elements, the likeliest first: models may want more than their metadata says.</summary>
    private static readonly (long Size, int Value)[] _tries = [(1, 1), (1, 0), (8, 1), (16, 0), (64, 1)];

    /// <summary>Sets of inputs to try one after the other.</summary>
    /// <param name="inputs">As the metadata describes them.</param>
    public static List<WireTensor[]> Make(IReadOnlyList<TensorInfo> inputs)
    {
        Expect.Need(inputs.Count > 0, "the metadata names no inputs");
        Expect.Need(inputs.All(input => input.Type is not null), "the metadata has a datatype that the protocol does not know");
        var sets = new List<WireTensor[]>();
        var isFixed = !inputs.Any(input => input.Shape.Contains(-1));
        foreach (var (size, value) in isFixed ? _tries[..2] : _tries)
        {
            var shapes = inputs.Select(input => Shape(input.Shape, size)).ToArray();
            if (shapes.All(shape => WireTensor.Count(shape) <= MostElements))
            {
                sets.Add([.. inputs.Zip(shapes, (input, shape) => Fill(input.Name, input.Type!.Value, shape, value))]);
            }
        }

        Expect.Need(sets.Count > 0, $"the inputs have more than {MostElements} elements");
        return sets;
    }

    /// <summary>A tensor whose elements are all the same.</summary>
    public static WireTensor Fill(string name, TensorDataType type, long[] shape, int value)
    {
        var count = (int)WireTensor.Count(shape);
        if (type == TensorDataType.Bytes)
        {
            return WireTensor.OfText(name, shape, [.. Enumerable.Repeat(value == 0 ? "0" : "a", count)]);
        }

        var size = type.GetElementSize();
        var raw = new byte[count * size];
        for (var i = 0; i < count; i++)
        {
            Write(raw.AsSpan(i * size), type, value);
        }

        return new WireTensor(name, type, shape, raw);
    }

    // The first free dimension usually is the batch: one row.
    private static long[] Shape(IReadOnlyList<long> shape, long size)
        => [.. shape.Select((dimension, axis) => dimension >= 0 ? dimension : axis == 0 && shape.Count > 1 ? 1 : size)];

    private static void Write(Span<byte> bytes, TensorDataType type, int value)
    {
        switch (type)
        {
            case TensorDataType.FP16:
                BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)value);
                break;
            case TensorDataType.BF16:
                BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));
                break;
            case TensorDataType.FP32:
                BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
                break;
            case TensorDataType.FP64:
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
                break;
            default:
                bytes[0] = (byte)value;
                break;
        }
    }
}
