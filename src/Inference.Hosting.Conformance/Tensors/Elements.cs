// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Conformance.Tensors;

/// <summary>Elements between their raw form and JSON.</summary>
internal static class Elements
{
    /// <summary>The elements of a tensor as JSON values, in order.</summary>
    public static IEnumerable<JsonValue> ToJson(WireTensor tensor)
    {
        if (tensor.Type == TensorDataType.Bytes)
        {
            return BytesEncoding.Decode(tensor.Raw).Select(text => JsonValue.Create(text));
        }

        var size = tensor.Type.GetElementSize();
        return Enumerable.Range(0, tensor.Raw.Length / size).Select(i => ToJson(tensor.Type, tensor.Raw.AsSpan(i * size, size)));
    }

    /// <summary>The first elements as text, for messages.</summary>
    public static string Describe(WireTensor tensor)
    {
        const int Shown = 8;
        var size = Math.Max(1, tensor.Type.GetElementSize());
        var texts = tensor.Type == TensorDataType.Bytes
            ? BytesEncoding.Decode(tensor.Raw).Take(Shown)
            : Enumerable.Range(0, Math.Min(Shown, tensor.Raw.Length / size)).Select(i => Describe(tensor.Type, tensor.Raw.AsSpan(i * size, size)));
        return $"[{string.Join(',', texts)}{(tensor.ElementCount > Shown ? ",…" : "")}]";
    }

    /// <summary>Appends the raw form of a JSON value.</summary>
    public static void Append(MemoryStream raw, TensorDataType type, JsonElement value, string tensor)
    {
        try
        {
            if (type == TensorDataType.Bytes)
            {
                raw.Write(BytesEncoding.Encode([value.GetString() ?? throw new FormatException()]));
                return;
            }

            Span<byte> bytes = stackalloc byte[8];
            Write(bytes, type, value);
            raw.Write(bytes[..type.GetElementSize()]);
        }
        catch (Exception fault) when (fault is FormatException or InvalidOperationException or OverflowException)
        {
            Expect.Fail($"output '{tensor}' has the element {value.GetRawText()}, which is no {type.ToV2Name()}");
        }
    }

    private static string Describe(TensorDataType type, ReadOnlySpan<byte> bytes) => type switch
    {
        TensorDataType.FP16 => BinaryPrimitives.ReadHalfLittleEndian(bytes).ToString(CultureInfo.InvariantCulture),
        TensorDataType.FP32 => BinaryPrimitives.ReadSingleLittleEndian(bytes).ToString(CultureInfo.InvariantCulture),
        TensorDataType.FP64 => BinaryPrimitives.ReadDoubleLittleEndian(bytes).ToString(CultureInfo.InvariantCulture),
        TensorDataType.BF16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16).ToString(CultureInfo.InvariantCulture),
        _ => ToJson(type, bytes).ToJsonString(),
    };

    private static JsonValue ToJson(TensorDataType type, ReadOnlySpan<byte> bytes) => type switch
    {
        TensorDataType.Bool => JsonValue.Create(bytes[0] != 0),
        TensorDataType.UInt8 => JsonValue.Create(bytes[0]),
        TensorDataType.UInt16 => JsonValue.Create(BinaryPrimitives.ReadUInt16LittleEndian(bytes)),
        TensorDataType.UInt32 => JsonValue.Create(BinaryPrimitives.ReadUInt32LittleEndian(bytes)),
        TensorDataType.UInt64 => JsonValue.Create(BinaryPrimitives.ReadUInt64LittleEndian(bytes)),
        TensorDataType.Int8 => JsonValue.Create((sbyte)bytes[0]),
        TensorDataType.Int16 => JsonValue.Create(BinaryPrimitives.ReadInt16LittleEndian(bytes)),
        TensorDataType.Int32 => JsonValue.Create(BinaryPrimitives.ReadInt32LittleEndian(bytes)),
        TensorDataType.Int64 => JsonValue.Create(BinaryPrimitives.ReadInt64LittleEndian(bytes)),
        TensorDataType.FP16 => JsonValue.Create((float)BinaryPrimitives.ReadHalfLittleEndian(bytes)),
        TensorDataType.FP32 => JsonValue.Create(BinaryPrimitives.ReadSingleLittleEndian(bytes)),
        TensorDataType.FP64 => JsonValue.Create(BinaryPrimitives.ReadDoubleLittleEndian(bytes)),
        _ => throw new NotSupportedException($"{type} has no form in JSON here."),
    };

    private static void Write(Span<byte> bytes, TensorDataType type, JsonElement value)
    {
        switch (type)
        {
            case TensorDataType.Bool:
                bytes[0] = value.ValueKind == JsonValueKind.Number ? (byte)(value.GetDouble() == 0 ? 0 : 1) : (byte)(value.GetBoolean() ? 1 : 0);
                break;
            case TensorDataType.FP32:
                BinaryPrimitives.WriteSingleLittleEndian(bytes, value.ValueKind == JsonValueKind.Number ? value.GetSingle() : (float)NotFinite(value));
                break;
            case TensorDataType.FP64:
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, value.ValueKind == JsonValueKind.Number ? value.GetDouble() : NotFinite(value));
                break;
            case TensorDataType.FP16:
                BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)(value.ValueKind == JsonValueKind.Number ? value.GetDouble() : NotFinite(value)));
                break;
            case TensorDataType.UInt64:
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, value.GetUInt64());
                break;
            case TensorDataType.BF16:
                throw new FormatException();
            default:
                BinaryPrimitives.WriteInt64LittleEndian(bytes, InRange(type, value.GetInt64()));
                break;
        }
    }

    /// <summary>JSON has no word for what is not finite: servers send null or a text.</summary>
    private static double NotFinite(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => double.NaN,
        JsonValueKind.String => value.GetString()!.TrimStart('+').ToUpperInvariant() switch
        {
            "NAN" => double.NaN,
            "INF" or "INFINITY" => double.PositiveInfinity,
            "-INF" or "-INFINITY" => double.NegativeInfinity,
            _ => throw new FormatException(),
        },
        _ => throw new FormatException(),
    };

    private static long InRange(TensorDataType type, long number)
    {
        var (low, high) = type switch
        {
            TensorDataType.UInt8 => (0, byte.MaxValue),
            TensorDataType.UInt16 => (0, ushort.MaxValue),
            TensorDataType.UInt32 => (0, uint.MaxValue),
            TensorDataType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
            TensorDataType.Int16 => (short.MinValue, short.MaxValue),
            TensorDataType.Int32 => (int.MinValue, int.MaxValue),
            _ => (long.MinValue, long.MaxValue),
        };
        return number >= low && number <= high ? number : throw new OverflowException();
    }
}
