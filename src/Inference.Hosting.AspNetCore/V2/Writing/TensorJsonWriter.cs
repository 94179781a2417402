// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V2.Writing;

/// <summary>Writes the elements of one tensor as JSON, some at a time, so that an answer can be sent while it is written.</summary>
/// <remarks>Floats in the shortest form that reads back as the same bits; NaN and the infinities as null, since JSON has none.</remarks>
/// <param name="tensor">What is written.</param>
/// <param name="wrapsBytes">Whether BYTES elements that are no UTF-8 text become <c>{"b64": …}</c>; otherwise there must be none.</param>
internal struct TensorJsonWriter(InferenceTensor tensor, bool wrapsBytes = false)
{
    private const int ElementsAtOnce = 1024;
    private const int BytesAtOnce = 16 << 10;

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
        TensorDataType.FP32 => Write<float>(json, most, static (json, value) => WriteFinite(json, value, float.IsFinite(value))),
        TensorDataType.FP64 => Write<double>(json, most, static (json, value) => WriteFinite(json, value, double.IsFinite(value))),
        TensorDataType.FP16 => Write<Half>(json, most, static (json, value) => WriteFinite(json, value, Half.IsFinite(value))),
        TensorDataType.BF16 => Write<ushort>(json, most, static (json, bits) =>
        {
            var value = BitConverter.UInt32BitsToSingle((uint)bits << 16);
            WriteFinite(json, value, float.IsFinite(value));
        }),
        TensorDataType.Bool => Write<byte>(json, most, static (json, value) => json.WriteBooleanValue(value != 0)),
        TensorDataType.Int8 => Write<sbyte>(json, most, static (json, value) => json.WriteNumberValue(value)),
        TensorDataType.Int16 => Write<short>(json, most, static (json, value) => json.WriteNumberValue(value)),
        TensorDataType.Int32 => Write<int>(json, most, static (json, value) => json.WriteNumberValue(value)),
        TensorDataType.Int64 => Write<long>(json, most, static (json, value) => json.WriteNumberValue(value)),
        TensorDataType.UInt8 => Write<byte>(json, most, static (json, value) => json.WriteNumberValue(value)),
        TensorDataType.UInt16 => Write<ushort>(json, most, static (json, value) => json.WriteNumberValue(value)),
        TensorDataType.UInt32 => Write<uint>(json, most, static (json, value) => json.WriteNumberValue(value)),
        TensorDataType.UInt64 => Write<ulong>(json, most, static (json, value) => json.WriteNumberValue(value)),
        _ => WriteStrings(json, most),
    };

    private int Write<T>(Utf8JsonWriter json, int most, Action<Utf8JsonWriter, T> write)
        where T : unmanaged
    {
        var values = MemoryMarshal.Cast<byte, T>(tensor.Bytes)[_position..];
        var count = Math.Min(values.Length, Math.Min(most, ElementsAtOnce));
        foreach (var value in values[..count])
        {
            write(json, value);
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

    private static void WriteFinite<T>(Utf8JsonWriter json, T value, bool isFinite)
        where T : IUtf8SpanFormattable
    {
        if (!isFinite)
        {
            json.WriteNullValue();
            return;
        }

        Span<byte> text = stackalloc byte[64];
        value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        json.WriteRawValue(text[..length], skipInputValidation: true);
    }
}
