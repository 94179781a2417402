// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Json;
using Inference.Hosting.Chaos.Calls;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Chaos.Doors;

/// <summary>The JSON of a V2 request and answer, by a writer of the client's own.</summary>
internal static class V2Json
{
    /// <summary>The request; with sizes instead of data when its tensors follow as bytes.</summary>
    public static byte[] Write(Call call, bool isBinary)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteString("id", call.Id);
        WriteParameters(writer, call, isBinary);
        writer.WriteStartArray("inputs");
        foreach (var input in Inputs(call))
        {
            WriteInput(writer, input, isBinary);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The inputs as they are sent, with whatever is wrong with them.</summary>
    public static IEnumerable<CallTensor> Inputs(Call call) => call.Damage switch
    {
        Damage.MissingInput => call.Inputs.Skip(1),
        Damage.WrongName => [call.Inputs[0] with { Name = "nonsense" }, .. call.Inputs.Skip(1)],
        Damage.WrongType => [call.Inputs[0] with { DataType = TensorDataType.UInt32 }, .. call.Inputs.Skip(1)],
        Damage.WrongCount => [call.Inputs[0] with { Shape = [call.Rows + 1, .. call.Inputs[0].Shape[1..]] }, .. call.Inputs.Skip(1)],
        _ => call.Inputs,
    };

    /// <summary>The answer; binary outputs, in their order, are in the bytes behind the JSON.</summary>
    public static Reply Read(ReadOnlyMemory<byte> json, ReadOnlyMemory<byte> binary, TimeSpan? accounted)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var reply = new Reply(Outcome.Ok)
        {
            Id = root.TryGetProperty("id", out var id) ? id.GetString() : null,
            Version = root.GetProperty("model_version").GetString(),
            Accounted = accounted,
        };
        foreach (var output in root.GetProperty("outputs").EnumerateArray())
        {
            var name = output.GetProperty("name").GetString()!;
            var type = output.GetProperty("datatype").GetString();
            if (output.TryGetProperty("data", out var data))
            {
                ReadData(reply, name, type, data);
                continue;
            }

            var size = output.GetProperty("parameters").GetProperty("binary_data_size").GetInt32();
            ReadBytes(reply, name, type, binary[..size].Span);
            binary = binary[size..];
        }

        return binary.IsEmpty ? reply : Reply.Broken($"{binary.Length} bytes are left behind the outputs");
    }

    public static void ReadBytes(Reply reply, string name, string? type, ReadOnlySpan<byte> bytes)
    {
        if (type == "BYTES")
        {
            reply.Texts[name] = BytesEncoding.Decode(bytes);
        }
        else
        {
            reply.Outputs[name] = CallTensor.FromBytes(TypeOf(type), bytes);
        }
    }

    private static TensorDataType TypeOf(string? type) => type switch
    {
        "INT64" => TensorDataType.Int64,
        "INT32" => TensorDataType.Int32,
        _ => TensorDataType.FP32,
    };

    private static void ReadData(Reply reply, string name, string? type, JsonElement data)
    {
        if (type == "BYTES")
        {
            reply.Texts[name] = [.. data.EnumerateArray().Select(item => item.GetString()!)];
        }
        else
        {
            reply.Outputs[name] = [.. data.EnumerateArray().Select(item => (long)item.GetDouble())];
        }
    }

    private static void WriteParameters(Utf8JsonWriter writer, Call call, bool isBinary)
    {
        writer.WriteStartObject("parameters");
        if (call.QueueTimeout is { } timeout)
        {
            writer.WriteNumber("timeout", (long)timeout.TotalMicroseconds);
        }

        if (isBinary)
        {
            writer.WriteBoolean("binary_data_output", true);
        }

        writer.WriteEndObject();
    }

    private static void WriteInput(Utf8JsonWriter writer, CallTensor input, bool isBinary)
    {
        writer.WriteStartObject();
        writer.WriteString("name", input.Name);
        writer.WriteString("datatype", input.DataType.ToV2Name());
        WriteNumbers(writer, "shape", input.Shape);
        if (isBinary)
        {
            writer.WriteStartObject("parameters");
            writer.WriteNumber("binary_data_size", input.Data.Length * input.DataType.GetElementSize());
            writer.WriteEndObject();
        }
        else
        {
            WriteNumbers(writer, "data", input.Data);
        }

        writer.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, long[] numbers)
    {
        writer.WriteStartArray(name);
        foreach (var number in numbers)
        {
            writer.WriteNumberValue(number);
        }

        writer.WriteEndArray();
    }
}
