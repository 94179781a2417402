// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V2.Writing;

/// <summary>Writes the elements of one tensor as JSON, some at a time, so that an answer can be sent while it is written.</summary>
/// <remarks>Floats in the shortest form that reads back as the same bits; NaN and the infinities as null, since JSON has none.</remarks>
internal struct TensorJsonWriter(InferenceTensor tensor)
{
    private const int ElementsAtOnce = 1024;
    private const int BytesAtOnce = 16 << 10;

    // Elements, or for BYTES the bytes of encoded elements, that are written.
    private int _position;

    /// <summary>Writes some.</summary>
    /// <returns>Whether more are left.</returns>
    public bool WriteSome(Utf8JsonWriter json) => tensor.DataType switch
    {
        TensorDataType.FP32 => Write<float>(json, static (json, value) => WriteFinite(json, value, float.IsFinite(value))),
        TensorDataType.FP64 => Write<double>(json, static (json, value) => WriteFinite(json, value, double.IsFinite(value))),
        TensorDataType.FP16 => Write<Half>(json, static (json, value) => WriteFinite(json, value, Half.IsFinite(value))),
        TensorDataType.BF16 => Write<ushort>(json, static (json, bits) =>
        {
            var value = BitConverter.UInt32BitsToSingle((uint)bits << 16);
            WriteFinite(json, value, float.IsFinite(value));
        }),
        TensorDataType.Bool => Write<byte>(json, static (json, value) => json.WriteBooleanValue(value != 0)),
        TensorDataType.Int8 => Write<sbyte>(json, static (json, value) => json.WriteNumberValue(value)),
        TensorDataType.Int16 => Write<short>(json, static (json, value) => json.WriteNumberValue(value)),
        TensorDataType.Int32 => Write<int>(json, static (json, value) => json.WriteNumberValue(value)),
        TensorDataType.Int64 => Write<long>(json, static (json, value) => json.WriteNumberValue(value)),
        TensorDataType.UInt8 => Write<byte>(json, static (json, value) => json.WriteNumberValue(value)),
        TensorDataType.UInt16 => Write<ushort>(json, static (json, value) => json.WriteNumberValue(value)),
        TensorDataType.UInt32 => Write<uint>(json, static (json, value) => json.WriteNumberValue(value)),
        TensorDataType.UInt64 => Write<ulong>(json, static (json, value) => json.WriteNumberValue(value)),
        _ => WriteStrings(json),
    };

    private bool Write<T>(Utf8JsonWriter json, Action<Utf8JsonWriter, T> write)
        where T : unmanaged
    {
        var values = MemoryMarshal.Cast<byte, T>(tensor.Bytes);
        var end = Math.Min(values.Length, _position + ElementsAtOnce);
        foreach (var value in values[_position..end])
        {
            write(json, value);
        }

        _position = end;
        return end < values.Length;
    }

    private bool WriteStrings(Utf8JsonWriter json)
    {
        var rest = tensor.Bytes[_position..];
        var before = rest.Length;
        while (before - rest.Length < BytesAtOnce && BytesEncoding.TryRead(ref rest, out var element))
        {
            json.WriteStringValue(element);
        }

        _position += before - rest.Length;
        return !rest.IsEmpty;
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
