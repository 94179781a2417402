// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using System.Text.Json;
using Inference.Hosting.Benchmarks.Models;

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>V2 over REST, all JSON.</summary>
internal sealed class RestJsonWay : HttpWay
{
    public override string Name => "**ours, REST JSON**";

    /// <summary>Numbers as JSON, each in its shortest form.</summary>
    public static string MakeData(float[] data)
        => $"[{string.Join(',', data.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))}]";

    protected override byte[] MakeRequest(WireModel model, Payload payload)
    {
        var (name, data, shape) = payload.Inputs.Single();
        var body = Encoding.ASCII.GetBytes(
            $$"""{"inputs":[{"name":"{{name}}","datatype":"FP32","shape":[{{string.Join(',', shape)}}],"data":{{MakeData(data)}}}]}""");
        return HttpConnection.MakePost($"/v2/models/{model.Key}/infer", "application/json", body);
    }

    protected override float[] ReadOutput(ReadOnlySpan<byte> body)
    {
        using var document = JsonDocument.Parse(body[0] == '{' ? body.ToArray() : HttpConnection.Join(body));
        return [.. document.RootElement.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(value => value.GetSingle())];
    }
}
