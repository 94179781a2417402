// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Conformance.Rest;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Conformance.Tensors;

/// <summary>Tensors as objects of requests and answers.</summary>
internal static class TensorJson
{
    /// <summary>An input with its data, flat or nested as its shape.</summary>
    public static JsonObject Input(WireTensor tensor, bool nested = false)
    {
        JsonValue[] values = [.. Elements.ToJson(tensor)];
        return Described(tensor, "data", nested ? Nest(values, tensor.Shape) : new JsonArray([.. values]));
    }

    /// <summary>An input whose data stands behind the JSON.</summary>
    public static JsonObject BinaryInput(WireTensor tensor)
        => Described(tensor, "parameters", new JsonObject { ["binary_data_size"] = tensor.Raw.Length });

    /// <summary>The outputs of an answer, each checked against what it says of itself.</summary>
    /// <param name="answer">The inference response object.</param>
    /// <param name="binary">What stands behind the JSON.</param>
    public static List<WireTensor> Outputs(JsonElement answer, ReadOnlySpan<byte> binary = default)
    {
        var outputs = new List<WireTensor>();
        foreach (var output in Json.Array(answer, "outputs"))
        {
            var name = Json.String(output, "name");
            Expect.That(outputs.TrueForAll(other => other.Name != name), $"output '{name}' comes twice");
            var datatype = Json.String(output, "datatype");
            Expect.That(TensorDataTypes.TryParse(datatype, out var type), $"output '{name}' has the datatype '{datatype}', which the protocol does not know");
            var shape = Json.Shape(output, name, lowest: 0);
            byte[] raw;
            if (BinarySize(output) is { } size)
            {
                Expect.That(!output.TryGetProperty("data", out var data) || data.ValueKind == JsonValueKind.Null, $"output '{name}' has both data and binary_data_size");
                Expect.That(size >= 0 && size <= binary.Length, $"output '{name}' has the binary_data_size {size}, but {binary.Length} bytes are left behind the JSON");
                raw = binary[..size].ToArray();
                binary = binary[size..];
            }
            else
            {
                raw = Read(output, name, type);
            }

            Measure(name, type, shape, raw);
            outputs.Add(new WireTensor(name, type, shape, raw));
        }

        Expect.That(binary.IsEmpty, $"{binary.Length} bytes are left behind the binary data of all outputs");
        return outputs;
    }

    /// <summary>The size of an output's binary data, or null when it is not binary.</summary>
    public static int? BinarySize(JsonElement output)
        => output.TryGetProperty("parameters", out var parameters) && parameters.ValueKind == JsonValueKind.Object
            && parameters.TryGetProperty("binary_data_size", out var size) && size.ValueKind == JsonValueKind.Number && size.TryGetInt32(out var bytes)
            ? bytes
            : null;

    /// <summary>Checks that data is as long as its shape says.</summary>
    public static void Measure(string name, TensorDataType type, long[] shape, ReadOnlySpan<byte> raw)
    {
        var expected = WireTensor.Count(shape);
        var actual = type == TensorDataType.Bytes ? BytesEncoding.Count(raw) : raw.Length / (double)type.GetElementSize();
        Expect.That(expected == actual, $"output '{name}' has {actual} elements, but its shape [{string.Join(',', shape)}] says {expected}");
    }

    private static JsonObject Described(WireTensor tensor, string key, JsonNode value) => new()
    {
        ["name"] = tensor.Name,
        ["shape"] = new JsonArray([.. tensor.Shape.Select(dimension => JsonValue.Create(dimension))]),
        ["datatype"] = tensor.Type.ToV2Name(),
        [key] = value,
    };

    private static byte[] Read(JsonElement output, string name, TensorDataType type)
    {
        Expect.That(output.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Array, $"output '{name}' has no array of data");
        using var raw = new MemoryStream();
        Flatten(raw, type, data, name);
        return raw.ToArray();
    }

    private static void Flatten(MemoryStream raw, TensorDataType type, JsonElement data, string name)
    {
        foreach (var item in data.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Array)
            {
                Flatten(raw, type, item, name);
            }
            else
            {
                Elements.Append(raw, type, item, name);
            }
        }
    }

    private static JsonArray Nest(ReadOnlySpan<JsonValue> values, ReadOnlySpan<long> shape)
    {
        if (shape.Length <= 1)
        {
            return new JsonArray([.. values]);
        }

        var array = new JsonArray();
        for (var i = 0; i < shape[0]; i++)
        {
            var size = values.Length / (int)shape[0];
            array.Add((JsonNode)Nest(values.Slice(i * size, size), shape[1..]));
        }

        return array;
    }
}
