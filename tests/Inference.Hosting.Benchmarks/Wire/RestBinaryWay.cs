// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using System.Text;
using Inference.Hosting.Benchmarks.Models;

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>V2 over REST with binary tensors, both ways.</summary>
internal sealed class RestBinaryWay : HttpWay
{
    public override string Name => "**ours, REST binary**";

    public override string? Bare => EchoWay.Title;

    /// <summary>JSON and the bytes behind it.</summary>
    public static byte[] MakeBody(Payload payload, out int jsonLength)
    {
        var inputs = payload.Inputs.Select(input =>
            $$$"""{"name":"{{{input.Name}}}","datatype":"FP32","shape":[{{{string.Join(',', input.Shape)}}}],"parameters":{"binary_data_size":{{{input.Data.Length * sizeof(float)}}} }}""");
        var json = Encoding.ASCII.GetBytes($$$"""{"inputs":[{{{string.Join(',', inputs)}}}],"parameters":{"binary_data_output":true}}""");
        jsonLength = json.Length;
        return [.. json, .. payload.Inputs.SelectMany(input => MemoryMarshal.AsBytes(input.Data.AsSpan()).ToArray())];
    }

    /// <summary>The header that says where the JSON ends.</summary>
    public static string MakeHeader(int jsonLength) => $"Inference-Header-Content-Length: {jsonLength}";

    protected override byte[] MakeRequest(WireModel model, Payload payload)
    {
        var body = MakeBody(payload, out var jsonLength);
        return HttpConnection.MakePost($"/v2/models/{model.Key}/infer", "application/octet-stream", body, MakeHeader(jsonLength));
    }

    protected override float[] ReadOutput(ReadOnlySpan<byte> body)
    {
        // The head is one JSON object whose strings have no brackets.
        var end = body.IndexOf("]}"u8) + 2;
        return MemoryMarshal.Cast<byte, float>(body[end..].ToArray()).ToArray();
    }
}
