// SPDX-License-Identifier: Apache-2.0

using System.Numerics;
using System.Runtime.InteropServices;
using Inference.Hosting.Grpc.Wire;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Grpc.Calls;

/// <summary>A tensor as InferTensorContents.</summary>
internal static class TypedTensor
{
    /// <summary>How long it will be.</summary>
    public static long Measure(in InferenceTensor tensor)
    {
        if (tensor.DataType != TensorDataType.Bytes)
        {
            var packed = MeasurePacked(tensor);
            return packed == 0 ? 0 : WireSize.Bytes(packed);
        }

        var length = 0L;
        var rest = tensor.Bytes;
        while (BytesEncoding.TryRead(ref rest, out var element))
        {
            length += WireSize.Bytes(element.Length);
        }

        return length;
    }

    /// <summary>Writes it.</summary>
    public static void Write(ref WireWriter writer, in InferenceTensor tensor)
    {
        var field = TypedContents.FieldOf(tensor.DataType);
        if (tensor.DataType == TensorDataType.Bytes)
        {
            var rest = tensor.Bytes;
            while (BytesEncoding.TryRead(ref rest, out var element))
            {
                writer.Write(field, element);
            }

            return;
        }

        if (tensor.ByteLength == 0)
        {
            return;
        }

        writer.Begin(field, MeasurePacked(tensor));
        switch (tensor.DataType)
        {
            case TensorDataType.Int8:
                Write<sbyte>(ref writer, tensor.Bytes);
                break;
            case TensorDataType.Int16:
                Write<short>(ref writer, tensor.Bytes);
                break;
            case TensorDataType.Int32:
                Write<int>(ref writer, tensor.Bytes);
                break;
            case TensorDataType.Int64:
                Write<long>(ref writer, tensor.Bytes);
                break;
            case TensorDataType.UInt8:
                Write<byte>(ref writer, tensor.Bytes);
                break;
            case TensorDataType.UInt16:
                Write<ushort>(ref writer, tensor.Bytes);
                break;
            case TensorDataType.UInt32:
                Write<uint>(ref writer, tensor.Bytes);
                break;
            case TensorDataType.UInt64:
                Write<ulong>(ref writer, tensor.Bytes);
                break;
            default:
                // Floats and booleans stand in the message as they stand in memory.
                writer.Raw(tensor.Bytes);
                break;
        }
    }

    private static long MeasurePacked(in InferenceTensor tensor) => tensor.DataType switch
    {
        TensorDataType.Int8 => Measure<sbyte>(tensor.Bytes),
        TensorDataType.Int16 => Measure<short>(tensor.Bytes),
        TensorDataType.Int32 => Measure<int>(tensor.Bytes),
        TensorDataType.Int64 => Measure<long>(tensor.Bytes),
        TensorDataType.UInt8 => Measure<byte>(tensor.Bytes),
        TensorDataType.UInt16 => Measure<ushort>(tensor.Bytes),
        TensorDataType.UInt32 => Measure<uint>(tensor.Bytes),
        TensorDataType.UInt64 => Measure<ulong>(tensor.Bytes),
        _ => tensor.ByteLength,
    };

    // Negative numbers take all ten bytes, as protobuf sign-extends them.
    private static long Measure<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged, IBinaryInteger<T>
    {
        var length = 0L;
        foreach (var value in MemoryMarshal.Cast<byte, T>(bytes))
        {
            length += WireSize.Varint(ulong.CreateTruncating(value));
        }

        return length;
    }

    private static void Write<T>(ref WireWriter writer, ReadOnlySpan<byte> bytes)
        where T : unmanaged, IBinaryInteger<T>
    {
        foreach (var value in MemoryMarshal.Cast<byte, T>(bytes))
        {
            writer.Varint(ulong.CreateTruncating(value));
        }
    }
}
