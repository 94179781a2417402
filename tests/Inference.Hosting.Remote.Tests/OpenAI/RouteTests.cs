// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Net;
using System.Text;
using Inference.Hosting.Remote.Tests.Support;

namespace Inference.Hosting.Remote.Tests.OpenAI;

/// <summary>A client of the app, over the app's own routes, with the server behind.</summary>
public sealed class RouteTests : IAsyncLifetime
{
    private ScriptedServer _server = null!;
    private RemoteHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _host = await RemoteHost.StartAsync(_server.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Chat_WholeAnswer_IsTheServersUnderOurName()
    {
        using var response = await PostAsync(Chat.Request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            Chat.Whole.Replace("\"upstream/qwen\"", "\"qwen\"", StringComparison.Ordinal),
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Chat_Stream_EachEventComesAtOnce()
    {
        var next = new SemaphoreSlim(0);
        _server.Answer = async (context, _) =>
        {
            foreach (var text in new[] { "a", "b" })
            {
                await ScriptedServer.EventsAsync(context, Chat.Event(text));
                await next.WaitAsync(context.RequestAborted);
            }

            await ScriptedServer.EventsAsync(context, Chat.Done);
        };
        using var response = await PostAsync(Chat.StreamRequest);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));

        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        foreach (var text in new[] { "a", "b" })
        {
            // The server goes on only when the client has this event.
            Assert.Contains($"\"content\":\"{text}\"", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.Equal("", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
            next.Release();
        }

        Assert.Equal("data: [DONE]", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Chat_ServerBreaksOffWithinTheStream_ClientHasAllAndSeesThatItEndedWrong()
    {
        _server.Answer = async (context, _) =>
        {
            await ScriptedServer.EventsAsync(context, Chat.Event("a"));
            throw new InvalidOperationException("As told.");
        };
        using var response = await PostAsync(Chat.StreamRequest);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        List<string> lines = [];

        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                lines.Add(line);
            }
        });

        Assert.Contains("\"content\":\"a\"", lines[0], StringComparison.Ordinal);
        Assert.Single(lines, line => line.StartsWith("data: {\"error\":{\"message\":", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Chat_ClientLeavesWithinTheStream_ServerSeesItAndGaugesReturnToZero()
    {
        _server.Answer = async (context, _) =>
        {
            await ScriptedServer.EventsAsync(context, Chat.Event("a"));
            await _server.HangAsync(context);
        };
        var response = await PostAsync(Chat.StreamRequest);
        var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        Assert.NotEqual(0, await stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken));

        response.Dispose();

        await _server.Left.Task;
        await RemoteHost.UntilAsync(() => _host.Version.Load!.Value.InFlight == 0);
    }

    [Fact]
    public async Task Chat_UnknownModel_NeverReachesTheServer()
    {
        using var response = await PostAsync("""{"model":"other","messages":[{"role":"user","content":"hi"}]}""");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Chat_ManyStreams_CostLittleMoreThanTheServerItself()
    {
        const int Streams = 16;
        const int Events = 400;
        var text = Chat.Event("some text of a token");
        _server.Answer = async (context, _) =>
        {
            for (var i = 0; i < Events; i++)
            {
                await ScriptedServer.EventsAsync(context, text);
            }
        };
        using var direct = new HttpClient();
        var target = new Uri(_server.Address + "/chat/completions");
        var (alone, through) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var round = 0; round < 4; round++)
        {
            alone = Min(alone, await MeasureAsync(() => direct.PostAsync(target, Content(Chat.StreamRequest))));
            through = Min(through, await MeasureAsync(() => _host.Client.PostAsync("/v1/chat/completions", Content(Chat.StreamRequest))));
        }

        var added = (through - alone) / (Streams * Events);
        TestContext.Current.TestOutputHelper?.WriteLine($"{alone / (Streams * Events)} alone, {added} more through, an event");
        Assert.True(added < TimeSpan.FromMilliseconds(1), $"{added} for each event");

        static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

        async Task<TimeSpan> MeasureAsync(Func<Task<HttpResponseMessage>> post)
        {
            var started = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, Streams).Select(async _ =>
            {
                using var response = await post();
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }));
            return Stopwatch.GetElapsedTime(started);
        }
    }

    private static StringContent Content(string body) => new(body, Encoding.UTF8, "application/json");

    private async Task<HttpResponseMessage> PostAsync(string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = Content(body) };
        return await _host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }
}
