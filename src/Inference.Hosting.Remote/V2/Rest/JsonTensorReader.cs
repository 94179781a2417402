// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Text.Json;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Remote.V2.Rest;

/// <summary>Reads the elements of a tensor from JSON, nested or flat, into raw form.</summary>
/// <remarks>Where a server writes null for what JSON has no number for, floats become NaN.</remarks>
internal static class JsonTensorReader
{
    /// <exception cref="ArgumentException">There are more or fewer elements than the shape has.</exception>
    /// <exception cref="JsonException">An element is of another kind.</exception>
    /// <exception cref="FormatException">A number does not fit the type.</exception>
    /// <exception cref="OverflowException">A number does not fit the type.</exception>
    public static ReadOnlyMemory<byte> Read(V2Message message, TensorDataType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> json)
    {
        if (!TensorShape.TryGetElementCount(shape, out var count) || count > json.Length)
        {
            // Each element takes a byte of JSON at least.
            throw new ArgumentException("There are fewer elements than the shape has.", nameof(json));
        }

        return type == TensorDataType.Bytes ? ReadStrings(message, json) : ReadNumbers(message, type, (int)count, json);
    }

    private static ReadOnlyMemory<byte> ReadNumbers(V2Message message, TensorDataType type, int count, ReadOnlyMemory<byte> json)
    {
        var size = type.GetElementSize();
        var data = message.Rent(checked(count * size));
        var rest = data.Span;
        var reader = new Utf8JsonReader(json.Span);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
            {
                continue;
            }

            if (rest.IsEmpty)
            {
                throw new ArgumentException("There are more elements than the shape has.", nameof(json));
            }

            WriteNumber(ref reader, type, rest);
            rest = rest[size..];
        }

        return rest.IsEmpty ? data : throw new ArgumentException("There are fewer elements than the shape has.", nameof(json));
    }

    private static void WriteNumber(ref Utf8JsonReader reader, TensorDataType type, Span<byte> target)
    {
        switch (type)
        {
            case TensorDataType.Bool:
                target[0] = reader.TokenType switch
                {
                    JsonTokenType.True => 1,
                    JsonTokenType.False => 0,
                    _ => reader.GetByte() != 0 ? (byte)1 : (byte)0,
                };
                break;
            case TensorDataType.FP32:
                BinaryPrimitives.WriteSingleLittleEndian(target, IsNull(reader) ? float.NaN : reader.GetSingle());
                break;
            case TensorDataType.FP64:
                BinaryPrimitives.WriteDoubleLittleEndian(target, IsNull(reader) ? double.NaN : reader.GetDouble());
                break;
            case TensorDataType.FP16:
                BinaryPrimitives.WriteHalfLittleEndian(target, IsNull(reader) ? Half.NaN : (Half)reader.GetDouble());
                break;
            case TensorDataType.BF16:
                BinaryPrimitives.WriteUInt16LittleEndian(target, ToBFloat16(IsNull(reader) ? float.NaN : reader.GetSingle()));
                break;
            case TensorDataType.UInt64:
                BinaryPrimitives.WriteUInt64LittleEndian(target, reader.TryGetUInt64(out var large) ? large : checked((ulong)Whole(reader.GetDouble())));
                break;
            default:
                WriteInteger(type, reader.TryGetInt64(out var integer) ? integer : checked((long)Whole(reader.GetDouble())), target);
                break;
        }
    }

    private static void WriteInteger(TensorDataType type, long value, Span<byte> target)
    {
        switch (type)
        {
            case TensorDataType.Int8:
                target[0] = (byte)checked((sbyte)value);
                break;
            case TensorDataType.UInt8:
                target[0] = checked((byte)value);
                break;
            case TensorDataType.Int16:
                BinaryPrimitives.WriteInt16LittleEndian(target, checked((short)value));
                break;
            case TensorDataType.UInt16:
                BinaryPrimitives.WriteUInt16LittleEndian(target, checked((ushort)value));
                break;
            case TensorDataType.Int32:
                BinaryPrimitives.WriteInt32LittleEndian(target, checked((int)value));
                break;
            case TensorDataType.UInt32:
                BinaryPrimitives.WriteUInt32LittleEndian(target, checked((uint)value));
                break;
            default:
                BinaryPrimitives.WriteInt64LittleEndian(target, value);
                break;
        }
    }

    // Some servers write 1.0 where they mean 1.
    private static double Whole(double value)
        => Math.Floor(value) == value ? value : throw new FormatException("An integer has a fraction.");

    private static bool IsNull(in Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Null;

    // To the nearest, and of two that are equally near to the even one.
    private static ushort ToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)0x7FC0 : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private static ReadOnlyMemory<byte> ReadStrings(V2Message message, ReadOnlyMemory<byte> json)
    {
        // No element is longer than its JSON, which has two quotes and a comma or bracket besides: twice that also has room for the lengths.
        var data = message.Rent(checked(json.Length * 2));
        var target = data.Span;
        var length = 0;
        var reader = new Utf8JsonReader(json.Span);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                var written = reader.CopyString(target[(length + 4)..]);
                BinaryPrimitives.WriteInt32LittleEndian(target[length..], written);
                length += 4 + written;
            }
            else if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.EndArray))
            {
                throw new JsonException("An element of BYTES is no text.");
            }
        }

        return data[..length];
    }
}
