// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Inference.Hosting.AspNetCore.Http.Json;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Remote.V2.Rest;

/// <summary>Writes the body of an inference call.</summary>
internal static class RestRequestWriter
{
    // What is kept for the next call of the thread; larger ones are rare.
    private const int MostKept = 64 << 10;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _json;

    /// <exception cref="InferenceException">InvalidInput, Unsupported, PayloadTooLarge.</exception>
    public static V2Body Write(V2Call call)
    {
        var isBinary = call.Model.Features.HasFlag(RemoteFeatures.BinaryData);
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(1024);
        var json = _json ??= new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        try
        {
            WriteJson(json, call, isBinary);
            json.Flush();
            return Assemble(call, buffer.WrittenSpan, isBinary);
        }
        finally
        {
            buffer.ResetWrittenCount();
            json.Reset(buffer);
            if (buffer.Capacity > MostKept)
            {
                (_buffer, _json) = (null, null);
            }
        }
    }

    private static V2Body Assemble(V2Call call, ReadOnlySpan<byte> json, bool isBinary)
    {
        var length = (long)json.Length;
        foreach (var (_, tensor) in call.Request.Inputs.Items)
        {
            length += isBinary ? tensor.ByteLength : 0;
        }

        var body = length <= Array.MaxLength
            ? new V2Body((int)length) { HeaderLength = isBinary ? json.Length : null }
            : throw new InferenceException(InferenceErrorCode.PayloadTooLarge, "The request is larger than 2 GiB: send fewer rows at a time.");
        body.Write(json);
        foreach (var (_, tensor) in isBinary ? call.Request.Inputs.Items : [])
        {
            body.Write(tensor.Bytes);
        }

        return body;
    }

    private static void WriteJson(Utf8JsonWriter json, V2Call call, bool isBinary)
    {
        json.WriteStartObject();
        if (call.Request.Id is { } id)
        {
            json.WriteString("id"u8, id);
        }

        WriteParameters(json, V2CallParameters.Collect(call), isBinary);
        json.WriteStartArray("inputs"u8);
        foreach (var (name, tensor) in call.Request.Inputs.Items)
        {
            WriteInput(json, name, tensor, isBinary);
        }

        json.WriteEndArray();
        if (call.Request.Outputs is { Count: > 0 } outputs)
        {
            WriteOutputs(json, outputs, isBinary);
        }

        json.WriteEndObject();
    }

    private static void WriteParameters(Utf8JsonWriter json, List<KeyValuePair<string, object>>? parameters, bool isBinary)
    {
        if (parameters is null && !isBinary)
        {
            return;
        }

        json.WriteStartObject("parameters"u8);
        if (isBinary)
        {
            json.WriteBoolean("binary_data_output"u8, true);
        }

        foreach (var (name, value) in parameters ?? [])
        {
            json.WritePropertyName(name);
            switch (value)
            {
                case string text:
                    json.WriteStringValue(text);
                    break;
                case bool flag:
                    json.WriteBooleanValue(flag);
                    break;
                case ulong number:
                    json.WriteNumberValue(number);
                    break;
                case double or float or Half or decimal:
                    WriteReal(json, name, Convert.ToDouble(value, CultureInfo.InvariantCulture));
                    break;
                default:
                    json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                    break;
            }
        }

        json.WriteEndObject();
    }

    private static void WriteReal(Utf8JsonWriter json, string name, double value)
    {
        if (!double.IsFinite(value))
        {
            throw new InferenceException(InferenceErrorCode.InvalidInput, $"Parameter '{name}' is no finite number.") { Parameter = name };
        }

        json.WriteNumberValue(value);
    }

    private static void WriteInput(Utf8JsonWriter json, string name, InferenceTensor tensor, bool isBinary)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteStartArray("shape"u8);
        foreach (var dimension in tensor.Shape.Dimensions)
        {
            json.WriteNumberValue(dimension);
        }

        json.WriteEndArray();
        json.WriteString("datatype"u8, tensor.DataType.ToV2Name());
        if (isBinary)
        {
            json.WriteStartObject("parameters"u8);
            json.WriteNumber("binary_data_size"u8, tensor.ByteLength);
            json.WriteEndObject();
        }
        else
        {
            WriteData(json, name, tensor);
        }

        json.WriteEndObject();
    }

    private static void WriteData(Utf8JsonWriter json, string name, InferenceTensor tensor)
    {
        RequireJson(name, tensor);
        json.WriteStartArray("data"u8);
        if (tensor.ByteLength > 0)
        {
            var elements = new TensorJsonWriter(tensor);
            while (elements.WriteSome(json))
            {
            }
        }

        json.WriteEndArray();
    }

    private static void WriteOutputs(Utf8JsonWriter json, IReadOnlyList<string> outputs, bool isBinary)
    {
        json.WriteStartArray("outputs"u8);
        for (var i = 0; i < outputs.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, outputs[i]);
            if (isBinary)
            {
                json.WriteStartObject("parameters"u8);
                json.WriteBoolean("binary_data"u8, true);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // What JSON cannot say must not become something else in silence.
    private static void RequireJson(string name, in InferenceTensor tensor)
    {
        var fault = tensor.DataType switch
        {
            TensorDataType.FP32 when !AreFinite<float>(tensor) => "NaN or an infinity",
            TensorDataType.FP64 when !AreFinite<double>(tensor) => "NaN or an infinity",
            TensorDataType.FP16 when !AreFinite<Half>(tensor) => "NaN or an infinity",
            TensorDataType.BF16 when tensor.AsSpan<ushort>().ContainsAnyInRange<ushort>(0x7F80, 0x7FFF)
                || tensor.AsSpan<ushort>().ContainsAnyInRange<ushort>(0xFF80, 0xFFFF) => "NaN or an infinity",
            TensorDataType.Bytes when !AreTexts(tensor.Bytes) => "bytes that are no UTF-8 text",
            _ => null,
        };
        if (fault is not null)
        {
            throw new InferenceException(
                InferenceErrorCode.Unsupported,
                $"Input '{name}' holds {fault}, but the server behind the model takes JSON only, which cannot carry it.") { Parameter = name };
        }
    }

    private static bool AreFinite<T>(in InferenceTensor tensor)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        foreach (var value in MemoryMarshal.Cast<byte, T>(tensor.Bytes))
        {
            if (!T.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreTexts(ReadOnlySpan<byte> encoded)
    {
        while (BytesEncoding.TryRead(ref encoded, out var element))
        {
            if (!Utf8.IsValid(element))
            {
                return false;
            }
        }

        return true;
    }
}
