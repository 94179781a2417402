// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using Inference.Hosting.Grpc.Wire;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Remote.V2.Rpc;

/// <summary>Reads InferTensorContents into raw form, for servers that answer so.</summary>
internal static class TypedContentsReader
{
    /// <exception cref="ArgumentException">The type cannot travel so, or a value is out of its range.</exception>
    /// <exception cref="InferenceException">This is no such message.</exception>
    public static ReadOnlyMemory<byte> Read(V2Message message, TensorDataType type, ReadOnlySpan<byte> contents)
    {
        // (1) Measured, (2) written.
        var size = Convert(type, contents, default, isMeasuring: true);
        var data = message.Rent(size);
        Convert(type, contents, data.Span, isMeasuring: false);
        return data;
    }

    private static int Convert(TensorDataType dataType, ReadOnlySpan<byte> contents, Span<byte> target, bool isMeasuring)
    {
        var expected = FieldOf(dataType);
        var size = dataType.GetElementSize();
        var position = 0;
        var reader = new WireReader(contents);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field != expected)
            {
                reader.Skip(field, type);
                continue;
            }

            if (dataType == TensorDataType.Bytes)
            {
                position = checked(position + CopyElement(reader.ReadBytes(type), isMeasuring ? default : target[position..], isMeasuring));
                continue;
            }

            var values = type == WireType.Bytes ? reader.ReadBytes(type) : default;
            var packed = type == WireType.Bytes ? new WireReader(values) : reader;
            do
            {
                if (type == WireType.Bytes && packed.Position == values.Length)
                {
                    break;
                }

                var value = ReadValue(ref packed, dataType);
                if (!isMeasuring)
                {
                    WriteValue(dataType, value, target.Slice(position, size));
                }

                position = checked(position + size);
            }
            while (type == WireType.Bytes);

            reader = type == WireType.Bytes ? reader : packed;
        }

        return position;
    }

    private static int CopyElement(ReadOnlySpan<byte> element, Span<byte> target, bool isMeasuring)
    {
        if (!isMeasuring)
        {
            BinaryPrimitives.WriteInt32LittleEndian(target, element.Length);
            element.CopyTo(target[4..]);
        }

        return checked(4 + element.Length);
    }

    private static ulong ReadValue(ref WireReader reader, TensorDataType type) => type switch
    {
        TensorDataType.FP32 => reader.ReadFixed32(),
        TensorDataType.FP64 => reader.ReadFixed64(),
        _ => reader.ReadVarint(),
    };

    private static void WriteValue(TensorDataType type, ulong value, Span<byte> target)
    {
        switch (type)
        {
            case TensorDataType.Bool:
                target[0] = value != 0 ? (byte)1 : (byte)0;
                break;
            case TensorDataType.Int8:
                target[0] = (byte)checked((sbyte)(long)value);
                break;
            case TensorDataType.UInt8:
                target[0] = checked((byte)value);
                break;
            case TensorDataType.Int16:
                BinaryPrimitives.WriteInt16LittleEndian(target, checked((short)(long)value));
                break;
            case TensorDataType.UInt16:
                BinaryPrimitives.WriteUInt16LittleEndian(target, checked((ushort)value));
                break;
            case TensorDataType.Int32:
                BinaryPrimitives.WriteInt32LittleEndian(target, checked((int)(long)value));
                break;
            case TensorDataType.UInt32 or TensorDataType.FP32:
                BinaryPrimitives.WriteUInt32LittleEndian(target, checked((uint)value));
                break;
            default:
                BinaryPrimitives.WriteUInt64LittleEndian(target, value);
                break;
        }
    }

    private static int FieldOf(TensorDataType type) => type switch
    {
        TensorDataType.Bool => 1,
        TensorDataType.Int8 or TensorDataType.Int16 or TensorDataType.Int32 => 2,
        TensorDataType.Int64 => 3,
        TensorDataType.UInt8 or TensorDataType.UInt16 or TensorDataType.UInt32 => 4,
        TensorDataType.UInt64 => 5,
        TensorDataType.FP32 => 6,
        TensorDataType.FP64 => 7,
        TensorDataType.Bytes => 8,
        _ => throw new ArgumentException("FP16 and BF16 travel in raw form only."),
    };
}
