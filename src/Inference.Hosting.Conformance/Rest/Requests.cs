// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Inference.Hosting.Conformance.Tensors;

namespace Inference.Hosting.Conformance.Rest;

/// <summary>Bodies of inference requests.</summary>
internal static class Requests
{
    /// <summary>A request with all its data in JSON.</summary>
    public static JsonObject Of(IEnumerable<WireTensor> inputs, bool nested = false)
        => new() { ["inputs"] = new JsonArray([.. inputs.Select(input => TensorJson.Input(input, nested))]) };

    /// <summary>Adds outputs that are asked for.</summary>
    public static JsonObject Ask(this JsonObject request, params string[] outputs)
        => request.With("outputs", new JsonArray([.. outputs.Select(name => new JsonObject { ["name"] = name })]));

    /// <summary>Adds outputs that are asked for, each with a parameter.</summary>
    public static JsonObject Ask(this JsonObject request, params (string Name, string Parameter, JsonNode Value)[] outputs)
        => request.With("outputs", new JsonArray(
            [.. outputs.Select(output => new JsonObject { ["name"] = output.Name, ["parameters"] = new JsonObject { [output.Parameter] = output.Value } })]));

    /// <summary>Adds or replaces a property.</summary>
    public static JsonObject With(this JsonObject request, string name, JsonNode value)
    {
        request[name] = value;
        return request;
    }

    /// <summary>Replaces a property of the first input.</summary>
    public static JsonObject WithInput(this JsonObject request, string name, JsonNode value)
    {
        request["inputs"]![0]![name] = value;
        return request;
    }

    /// <summary>JSON with binary data behind it, and the header that tells them apart.</summary>
    public static (byte[] Body, (string Name, string Value)[] Headers) Binary(JsonObject json, params IEnumerable<byte[]> data)
    {
        var prefix = Encoding.UTF8.GetBytes(json.ToJsonString());
        return ([.. prefix, .. data.SelectMany(bytes => bytes)], BinaryHeaders(prefix.Length));
    }

    public static (string Name, string Value)[] BinaryHeaders(int jsonLength) =>
    [
        ("Content-Type", "application/octet-stream"),
        ("Inference-Header-Content-Length", jsonLength.ToString(CultureInfo.InvariantCulture)),
    ];
}
