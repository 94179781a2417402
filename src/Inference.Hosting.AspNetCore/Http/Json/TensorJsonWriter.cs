// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.Http.Json;

/// <summary>Writes the elements of one tensor as JSON, some at a time, so that an answer can be sent while it is written.</summary>
/// <remarks>Floats in the shortest form that reads back as the same bits; NaN and the infinities as null, since JSON has none.</remarks>
/// <param name="tensor">What is written.</param>
/// <param name="wrapsBytes">Whether BYTES elements that are no UTF-8 text become <c>{"b64": …}</c>; otherwise there must be none.</param>
internal struct TensorJsonWriter(InferenceTensor tensor, bool wrapsBytes = false)
{
    private const int ElementsAtOnce = 1024;
    private const int BytesAtOnce = 16 << 10;
    private const int BlockSize = 4 << 10;

    // A sign, 17 digits, a point and an exponent of an FP64, and the comma before it.
    private const int MaxElementLength = 32;

    // Elements, or for BYTES the bytes of encoded elements, that are written.
    private int _position;

    /// <summary>Writes some.</summary>
    /// <returns>Whether more are left.</returns>
    public bool WriteSome(Utf8JsonWriter json)
    {
        Write(json, ElementsAtOnce);
        return _position < (tensor.DataType == TensorDataType.Bytes ? tensor.ByteLength : tensor.ByteLength / tensor.DataType.GetElementSize());
    }

    /// <summary>Writes some, and no more than a number of them.</summary>
    /// <returns>How many; 0 only at the end.</returns>
    public int Write(Utf8JsonWriter json, int most) => tensor.DataType switch
    {
        TensorDataType.FP32 => Write<float, SingleText>(json, most),
        TensorDataType.FP64 => Write<double, RealText<double>>(json, most),
        TensorDataType.FP16 => Write<Half, RealText<Half>>(json, most),
        TensorDataType.BF16 => Write<ushort, BFloat16Text>(json, most),
        TensorDataType.Bool => Write<byte, BoolText>(json, most),
        TensorDataType.Int8 => Write<sbyte, InvariantText<sbyte>>(json, most),
        TensorDataType.Int16 => Write<short, InvariantText<short>>(json, most),
        TensorDataType.Int32 => Write<int, InvariantText<int>>(json, most),
        TensorDataType.Int64 => Write<long, InvariantText<long>>(json, most),
        TensorDataType.UInt8 => Write<byte, InvariantText<byte>>(json, most),
        TensorDataType.UInt16 => Write<ushort, InvariantText<ushort>>(json, most),
        TensorDataType.UInt32 => Write<uint, InvariantText<uint>>(json, most),
        TensorDataType.UInt64 => Write<ulong, InvariantText<ulong>>(json, most),
        _ => WriteStrings(json, most),
    };

    // A block of elements goes to the JSON writer as if it were one value: it sets commas between blocks, and costs nothing within.
    private int Write<T, TText>(Utf8JsonWriter json, int most)
        where T : unmanaged
        where TText : IElementText<T>
    {
        Span<byte> text = stackalloc byte[BlockSize];
        var values = MemoryMarshal.Cast<byte, T>(tensor.Bytes)[_position..];
        var count = Math.Min(values.Length, Math.Min(most, ElementsAtOnce));
        var length = 0;
        foreach (var value in values[..count])
        {
            if (length > BlockSize - MaxElementLength)
            {
                json.WriteRawValue(text[..length], skipInputValidation: true);
                length = 0;
            }

            if (length > 0)
            {
                text[length++] = (byte)',';
            }

            length += TText.Format(value, text[length..]);
        }

        if (length > 0)
        {
            json.WriteRawValue(text[..length], skipInputValidation: true);
        }

        _position += count;
        return count;
    }

    private int WriteStrings(Utf8JsonWriter json, int most)
    {
        var rest = tensor.Bytes[_position..];
        var before = rest.Length;
        var count = 0;
        while (count < most && before - rest.Length < BytesAtOnce && BytesEncoding.TryRead(ref rest, out var element))
        {
            if (wrapsBytes && !Utf8.IsValid(element))
            {
                json.WriteStartObject();
                json.WriteBase64String("b64"u8, element);
                json.WriteEndObject();
            }
            else
            {
                json.WriteStringValue(element);
            }

            count++;
        }

        _position += before - rest.Length;
        return count;
    }

    private static int WriteWord(ReadOnlySpan<byte> word, Span<byte> text)
    {
        word.CopyTo(text);
        return word.Length;
    }

    /// <summary>How one element looks.</summary>
    private interface IElementText<T>
    {
        static abstract int Format(T value, Span<byte> text);
    }

    private readonly struct SingleText : IElementText<float>
    {
        public static int Format(float value, Span<byte> text)
            => float.IsFinite(value) ? ShortestSingle.Format(value, text) : WriteWord("null"u8, text);
    }

    private readonly struct BFloat16Text : IElementText<ushort>
    {
        public static int Format(ushort value, Span<byte> text)
            => SingleText.Format(BitConverter.UInt32BitsToSingle((uint)value << 16), text);
    }

    private readonly struct RealText<T> : IElementText<T>
        where T : System.Numerics.IFloatingPointIeee754<T>
    {
        public static int Format(T value, Span<byte> text)
            => T.IsFinite(value) ? InvariantText<T>.Format(value, text) : WriteWord("null"u8, text);
    }

    private readonly struct InvariantText<T> : IElementText<T>
        where T : IUtf8SpanFormattable
    {
        public static int Format(T value, Span<byte> text)
        {
            value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
            return length;
        }
    }

    private readonly struct BoolText : IElementText<byte>
    {
        public static int Format(byte value, Span<byte> text) => WriteWord(value != 0 ? "true"u8 : "false"u8, text);
    }
}
