// SPDX-License-Identifier: Apache-2.0

using System.Net.Http.Headers;
using Inference.Hosting.Chaos.Calls;

namespace Inference.Hosting.Chaos.Doors;

/// <summary>V2 over REST, as JSON.</summary>
internal sealed class RestJsonDoor(HttpClient client, int seed) : HttpDoor(client), IDoor
{
    private static readonly MediaTypeHeaderValue _json = new("application/json");

    private readonly Random _random = new(seed);

    public string Name => "rest-json";

    public IReadOnlyCollection<CallKind> Kinds { get; } =
    [
        CallKind.Good, CallKind.Large, CallKind.Pinned, CallKind.Cancelled, CallKind.Timeout, CallKind.Overload, CallKind.Poison, CallKind.Bad,
        CallKind.Unknown, CallKind.TooLarge,
    ];

    public IReadOnlyList<Damage> Damages { get; } =
        [Damage.WrongName, Damage.MissingInput, Damage.WrongType, Damage.WrongCount, Damage.CutBody, Damage.Garbage];

    public async Task<Reply> CallAsync(Call call)
    {
        var body = V2Json.Write(call, isBinary: false);
        if (call.Damage == Damage.CutBody)
        {
            body = body[..(body.Length / 2)];
        }
        else if (call.Damage == Damage.Garbage)
        {
            _random.NextBytes(body);

            // Whatever follows, this begins no JSON.
            body[0] = (byte)'}';
        }

        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = _json;
        using var request = new HttpRequestMessage(HttpMethod.Post, call.Path) { Content = content };
        if (call.WantsTiming)
        {
            request.Headers.Add("inference-timing", "true");
        }

        return await SendAsync(call, request, async response =>
            V2Json.Read(await response.Content.ReadAsByteArrayAsync(), default, Accounted(call, response)));
    }
}
