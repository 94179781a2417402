// SPDX-License-Identifier: Apache-2.0

using System.Net.Http.Json;
using Inference.Hosting.Chaos.Calls;
using Inference.Hosting.Chaos.Serving;

namespace Inference.Hosting.Chaos.Doors;

/// <summary>A route of the app's own, behind which a class calls two models, twice each.</summary>
internal sealed class ComposedDoor(HttpClient client) : HttpDoor(client), IDoor
{
    public string Name => "composed";

    public IReadOnlyCollection<CallKind> Kinds { get; } = [CallKind.Good, CallKind.Cancelled];

    public IReadOnlyList<Damage> Damages { get; } = [];

    public string? Composes => "pair";

    public async Task<Reply> CallAsync(Call call)
    {
        using var content = JsonContent.Create(new PairQuestion(call.Number));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/pair") { Content = content };
        return await SendAsync(call, request, async response => Check(call, (await response.Content.ReadFromJsonAsync<PairAnswer>())!));
    }

    // Its content is unlike that of the other doors, and so it is checked here.
    private static Reply Check(Call call, PairAnswer answer)
    {
        var first = ChaosModels.Echo(answer.Version, call.Number);
        var second = ChaosModels.Echo(answer.Version, first);
        return answer.First != first ? Reply.Broken($"version {answer.Version} answered {answer.First} instead of {first}")
            : answer.Second != second ? Reply.Broken($"the second call of version {answer.Version} answered {answer.Second} instead of {second}")
            : answer.Before != answer.After ? Reply.Broken($"one lease was answered by generations {answer.Before} and {answer.After}")
            : answer.Asset != answer.Before ? Reply.Broken($"generation {answer.Before} came with the assets of {answer.Asset}")
            : new Reply(Outcome.Ok) { Outputs = { ["generation"] = [answer.Before] } };
    }
}
