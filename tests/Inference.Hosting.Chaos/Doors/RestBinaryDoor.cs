// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Net.Http.Headers;
using Inference.Hosting.Chaos.Calls;

namespace Inference.Hosting.Chaos.Doors;

/// <summary>V2 over REST, with tensors as bytes behind the JSON, in both directions.</summary>
internal sealed class RestBinaryDoor(HttpClient client) : HttpDoor(client), IDoor
{
    private const string JsonLength = "Inference-Header-Content-Length";

    private static readonly MediaTypeHeaderValue _binary = new("application/octet-stream");

    public string Name => "rest-binary";

    public IReadOnlyCollection<CallKind> Kinds { get; } =
    [
        CallKind.Good, CallKind.Large, CallKind.Pinned, CallKind.Cancelled, CallKind.Timeout, CallKind.Overload, CallKind.Poison, CallKind.Bad,
        CallKind.Unknown, CallKind.TooLarge,
    ];

    public IReadOnlyList<Damage> Damages { get; } =
        [Damage.WrongName, Damage.MissingInput, Damage.WrongCount, Damage.CutBody, Damage.Garbage];

    public async Task<Reply> CallAsync(Call call)
    {
        var json = V2Json.Write(call, isBinary: true);
        byte[] body = [.. json, .. V2Json.Inputs(call).SelectMany(input => input.ToBytes())];
        if (call.Damage == Damage.CutBody)
        {
            body = body[..^1];
        }
        else if (call.Damage == Damage.Garbage)
        {
            body.AsSpan(0, json.Length).Fill(0xff);
        }

        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = _binary;
        content.Headers.Add(JsonLength, json.Length.ToString(CultureInfo.InvariantCulture));
        using var request = new HttpRequestMessage(HttpMethod.Post, call.Path) { Content = content };
        if (call.WantsTiming)
        {
            request.Headers.Add("inference-timing", "true");
        }

        return await SendAsync(call, request, async response =>
        {
            var answer = await response.Content.ReadAsByteArrayAsync();
            var header = response.Content.Headers.TryGetValues(JsonLength, out var values) ? values : response.Headers.GetValues(JsonLength);
            var length = int.Parse(header.Single(), CultureInfo.InvariantCulture);
            return V2Json.Read(answer.AsMemory(0, length), answer.AsMemory(length), Accounted(call, response));
        });
    }
}
