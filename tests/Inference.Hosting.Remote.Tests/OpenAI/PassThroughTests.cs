// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Diagnostics;
using Inference.Hosting.Remote.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Remote.Tests.OpenAI;

/// <summary>Bodies of OpenAI's routes through to a real server and back.</summary>
public sealed class PassThroughTests : IAsyncLifetime
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
    public async Task SendAsync_WholeAnswer_OnlyTheModelIsRenamedBothWays()
    {
        var (head, body) = await _host.PassAsync("""{ "x" : [1.50], "model" : "my-qwen", "new_field":{"model":"stays"} }""");

        Assert.Equal("""{ "x" : [1.50], "model" : "upstream/qwen", "new_field":{"model":"stays"} }""", _server.LastBody);
        Assert.Equal(Chat.Whole.Replace("\"upstream/qwen\"", "\"my-qwen\"", StringComparison.Ordinal), body);
        Assert.Equal(200, head.StatusCode);
        Assert.Equal("application/json", head.ContentType);
        Assert.Equal(9, head.Usage!.PromptTokens);
        Assert.Equal(12, head.Usage.CompletionTokens);
        Assert.Equal(4, head.Usage.CachedTokens);
        var (path, _, headers) = _server.Requests.Single();
        Assert.Equal("/v1/chat/completions", path);
        Assert.Equal("Bearer " + RemoteHost.Key, headers.Authorization);
        Assert.Equal("req-1", headers["x-request-id"]);
    }

    [Fact]
    public async Task SendAsync_StreamWithoutUsage_AsksForItAndKeepsThatChunkBack()
    {
        _server.Answer = (context, _) => ScriptedServer.EventsAsync(
            context, Chat.Event("a"), ": ping\n\n", Chat.Event("b", "\"stop\""), Chat.UsageEvent, Chat.Done);

        var (head, body) = await _host.PassAsync(Chat.StreamRequest);

        Assert.Equal(
            """{"model":"upstream/qwen","stream":true,"messages":[{"role":"user","content":"hi"}],"stream_options":{"include_usage":true}}""",
            _server.LastBody);
        Assert.Equal(
            (Chat.Event("a") + ": ping\n\n" + Chat.Event("b", "\"stop\"") + Chat.Done).Replace("upstream/qwen", "my-qwen", StringComparison.Ordinal),
            body);
        Assert.Equal(11, head.Usage!.TotalTokens);
    }

    [Theory]
    [InlineData("""{"include_usage":true}""", """{"include_usage":true}""", true)]
    [InlineData("""{"include_usage":false}""", """{"include_usage":true}""", false)]
    [InlineData("""{"x":1}""", """{"include_usage":true,"x":1}""", false)]
    [InlineData("{}", """{"include_usage":true}""", false)]
    [InlineData("null", """{"include_usage":true}""", false)]
    public async Task SendAsync_StreamOptions_KeepAllElse(string given, string sent, bool seesUsage)
    {
        _server.Answer = (context, _) => ScriptedServer.EventsAsync(context, Chat.Event("a"), Chat.UsageEvent, Chat.Done);

        var (_, body) = await _host.PassAsync($$"""{"model":"q","stream_options":{{given}},"stream":true}""");

        Assert.Equal($$"""{"model":"upstream/qwen","stream_options":{{sent}},"stream":true}""", _server.LastBody);
        Assert.Equal(seesUsage, body.Contains("\"choices\":[]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SendAsync_ServerThatTellsNoUsage_IsUnknownNotZero()
    {
        _server.Answer = (context, _) => ScriptedServer.EventsAsync(context, Chat.Event("a", "\"stop\""), Chat.Done);

        var (head, _) = await _host.PassAsync(Chat.StreamRequest);

        Assert.Null(head.Usage);
    }

    [Fact]
    public async Task SendAsync_EventsSplitAnywhere_AreTheSame()
    {
        var text = Chat.Event("é\\\"model\\\":") + ":\r\n\r\n" + "event: x\r\ndata: {\"model\":\"u\"}\r\n\r\n" + "data:{\"a\":{\"model\":\"in\"},\"model\":\"u\"}\r\r" + Chat.Done;
        var bytes = Encoding.UTF8.GetBytes(text);
        _server.Answer = async (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            for (var i = 0; i < bytes.Length; i++)
            {
                await context.Response.Body.WriteAsync(bytes.AsMemory(i, 1));
                await context.Response.Body.FlushAsync();
            }
        };

        var (_, body) = await _host.PassAsync(Chat.StreamRequest);

        Assert.Equal(
            Chat.Event("é\\\"model\\\":").Replace("upstream/qwen", "my-qwen", StringComparison.Ordinal) + ":\r\n\r\n"
                + "event: x\r\ndata: {\"model\":\"my-qwen\"}\r\n\r\n" + "data:{\"a\":{\"model\":\"in\"},\"model\":\"my-qwen\"}\r\r" + Chat.Done,
            body);
    }

    [Fact]
    public async Task SendAsync_HugeEvent_Passes()
    {
        var huge = Chat.Event(new string('x', 3_000_000));
        _server.Answer = (context, _) => ScriptedServer.EventsAsync(context, huge, Chat.Done);

        var (_, body) = await _host.PassAsync(Chat.StreamRequest);

        Assert.Equal(huge.Length + Chat.Done.Length - "upstream/qwen".Length + "my-qwen".Length, body.Length);
    }

    [Fact]
    public async Task SendAsync_LongJson_IsRenamedAtItsEnd()
    {
        var numbers = string.Join(',', Enumerable.Range(0, 300_000).Select(i => i.ToString(CultureInfo.InvariantCulture)));
        var answer = $$$"""{"object":"list","data":[{"embedding":[{{{numbers}}}],"model":"stays"}],"model":"upstream/qwen","usage":{"prompt_tokens":3,"total_tokens":3}}""" + "\n";
        _server.Answer = (context, _) => ScriptedServer.JsonAsync(context, answer);

        var (head, body) = await _host.PassAsync("""{"model":"m","input":"x"}""", "embeddings");

        Assert.Equal(answer.Replace("upstream/qwen", "my-qwen", StringComparison.Ordinal), body);
        Assert.Equal(3, head.Usage!.PromptTokens);
    }

    [Fact]
    public async Task SendAsync_CompressedAllTheSame_IsReadable()
    {
        _server.Answer = async (context, _) =>
        {
            context.Response.ContentType = "application/json";
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Chat.Whole));
        };

        var (_, body) = await _host.PassAsync(Chat.Request);

        Assert.StartsWith("""{"id":"chatcmpl-1","object":"chat.completion","created":1732406400,"model":"my-qwen",""", body, StringComparison.Ordinal);
        Assert.False(_server.Requests.Single().Headers.ContainsKey("Accept-Encoding"));
    }

    [Fact]
    public async Task SendAsync_ResponsesEvents_AreRenamedInside()
    {
        _server.Answer = (context, _) => ScriptedServer.EventsAsync(
            context,
            "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"model\":\"upstream/qwen\",\"output\":[]}}\n\n",
            "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"model\":\"upstream/qwen\",\"usage\":{\"input_tokens\":5,\"output_tokens\":7,\"output_tokens_details\":{\"reasoning_tokens\":2}}}}\n\n");

        var (head, body) = await _host.PassAsync("""{"model":"q","stream":true,"input":"x"}""", "responses");

        Assert.DoesNotContain("upstream", body, StringComparison.Ordinal);
        Assert.Equal(2, body.Split("\"model\":\"my-qwen\"").Length - 1);
        Assert.Equal((5, 7, 2), (head.Usage!.PromptTokens, head.Usage.CompletionTokens, head.Usage.ReasoningTokens));
        Assert.Equal("""{"model":"upstream/qwen","stream":true,"input":"x"}""", _server.LastBody);
    }

    [Theory]
    [InlineData(400, """{"error":{"message":"bad","type":"BadRequestError","param":null,"code":400}}""")]
    [InlineData(500, """{"error":{"message":"boom","type":"server_error","param":null,"code":null},"extra":1}""")]
    public async Task SendAsync_OpenAIError_PassesAsItIs(int status, string error)
    {
        _server.Answer = (context, _) => ScriptedServer.JsonAsync(context, error, status);

        var (head, body) = await _host.PassAsync(Chat.Request);

        Assert.Equal(status, head.StatusCode);
        Assert.Equal(error, body);
        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData(502, "<html><body>Bad gateway</body></html>", "text/html", "The server behind the model answered 502 and did not say why.", "server_error", "null")]
    [InlineData(404, """{"detail":"Not Found"}""", "application/json", "Not Found", "invalid_request_error", "null")]
    [InlineData(400, """{"object":"error","message":"too long","type":"BadRequestError","param":"messages","code":400}""", "application/json", "too long", "BadRequestError", "\"400\"")]
    [InlineData(429, "slow down", "text/plain", "slow down", "rate_limit_error", "null")]
    public async Task SendAsync_OtherError_GetsAnErrorObjectAround(
        int status, string given, string type, string message, string errorType, string code)
    {
        _server.Answer = (context, _) => ScriptedServer.JsonAsync(context, given, status, type);

        var (head, body) = await _host.PassAsync(Chat.Request);

        Assert.Equal(status, head.StatusCode);
        Assert.Equal("application/json", head.ContentType);
        Assert.StartsWith($$$"""{"error":{"message":"{{{message}}}","type":"{{{errorType}}}",""", body, StringComparison.Ordinal);
        Assert.EndsWith($"\"code\":{code}}}}}", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendAsync_RetryAfter_Passes()
    {
        _server.Answer = (context, _) =>
        {
            context.Response.Headers.RetryAfter = "7";
            return ScriptedServer.JsonAsync(context, "{}", 429);
        };

        var (head, _) = await _host.PassAsync(Chat.Request);

        Assert.Equal(429, head.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(7), head.RetryAfter);
        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task SendAsync_KeyRefused_IsOursToMendAndNeverShown(int status)
    {
        _server.Answer = (context, _) => ScriptedServer.JsonAsync(
            context, $$$"""{"error":{"message":"Incorrect API key {{{RemoteHost.Key}}}"}}""", status);

        var failure = await Assert.ThrowsAsync<InferenceException>(async () => await _host.SendAsync(Chat.Request));

        Assert.Equal(InferenceErrorCode.EngineFailed, failure.Code);
        Assert.Equal(InferenceErrorReasons.UpstreamAuth, failure.Reason);
        Assert.DoesNotContain(RemoteHost.Key, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CopyToAsync_ServerBreaksOff_ClientGetsAnErrorEventAndTheCallFails()
    {
        _server.Answer = async (context, _) =>
        {
            await ScriptedServer.EventsAsync(context, Chat.Event("a"), "data: {\"half");
            throw new InvalidOperationException("As told.");
        };

        var (_, body) = await _host.PassAsync(Chat.StreamRequest);

        Assert.StartsWith(Chat.Event("a").Replace("upstream/qwen", "my-qwen", StringComparison.Ordinal) + "data: {\"error\":{\"message\":", body, StringComparison.Ordinal);
        Assert.EndsWith("\"code\":\"internal_error\"}}\n\n!EngineFailed", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CopyToAsync_ErrorWithinTheStream_PassesAndTheCallFails()
    {
        const string Error = "data: {\"error\":{\"message\":\"boom\",\"type\":\"server_error\",\"code\":500}}\n\n";
        _server.Answer = (context, _) => ScriptedServer.EventsAsync(context, Chat.Event("a"), Error, Chat.Done);

        var (_, body) = await _host.PassAsync(Chat.StreamRequest);

        Assert.EndsWith(Error + Chat.Done + "!EngineFailed", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendAsync_CallerLeavesBeforeTheHead_ServerSeesIt()
    {
        var arrived = new TaskCompletionSource();
        _server.Answer = (context, _) =>
        {
            arrived.SetResult();
            return _server.HangAsync(context);
        };
        using var leave = new CancellationTokenSource();
        var call = _host.SendAsync(Chat.Request, cancellationToken: leave.Token).AsTask();
        await arrived.Task;

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await _server.Left.Task;
        await RemoteHost.UntilAsync(() => _host.Version.Load!.Value.InFlight == 0);
        Assert.Equal(1, _host.Catalog.GetStatistics("qwen")!.Cancel.Count);
    }

    [Fact]
    public async Task DisposeAsync_StreamReadInPart_ServerSeesIt()
    {
        _server.Answer = async (context, _) =>
        {
            await ScriptedServer.EventsAsync(context, Chat.Event("a"));
            await _server.HangAsync(context);
        };
        var answer = await _host.SendAsync(Chat.StreamRequest);
        Assert.Equal(1, _host.Version.Load!.Value.InFlight);

        await answer.DisposeAsync();

        await _server.Left.Task;
        await RemoteHost.UntilAsync(() => _host.Version.Load!.Value.InFlight == 0);
    }

    [Fact]
    public async Task Usage_OfAllDoors_IsMeteredOnce()
    {
        var counted = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name.StartsWith("inference.usage", StringComparison.Ordinal)
                    && ReferenceEquals(instrument.Meter.Scope, _host.Services.GetService<IMeterFactory>()))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => counted.AddOrUpdate(
            instrument.Name + tags.ToArray().FirstOrDefault(tag => tag.Key == TelemetryNames.Kind).Value, value, (_, known) => known + value));
        listener.Start();

        await _host.PassAsync(Chat.Request);
        await _host.Catalog.GetCapability<IChatModel>("qwen")!.CompleteAsync(
            new ChatRequest { Messages = [ChatMessage.FromUser("x")] }, TestContext.Current.CancellationToken);
        _server.Answer = (context, _) => ScriptedServer.EventsAsync(context, Chat.Event("a", "\"stop\""), Chat.Done);
        await _host.PassAsync(Chat.StreamRequest);

        Assert.Equal((10, 8, 24, 1), (
            counted["inference.usage.tokensprompt"], counted["inference.usage.tokenscached"],
            counted["inference.usage.tokenscompletion"], counted["inference.usage.unknown"]));
    }

    [Fact]
    public async Task Key_OfAllThatHappens_NothingIsLoggedOrThrown()
    {
        _server.Answer = (context, _) => ScriptedServer.JsonAsync(context, "{}", 500);
        await _host.PassAsync(Chat.Request);
        _server.Answer = (context, _) => ScriptedServer.JsonAsync(context, "{}", 401);
        await Assert.ThrowsAsync<InferenceException>(async () => await _host.SendAsync(Chat.Request));
        _server.Answer = (context, _) =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        var failure = await Assert.ThrowsAsync<InferenceException>(async () => await _host.SendAsync(Chat.Request));
        await _server.DisposeAsync();
        var unreachable = await Assert.ThrowsAsync<InferenceException>(async () => await _host.SendAsync(Chat.Request));

        Assert.Equal((InferenceErrorCode.EngineFailed, InferenceErrorCode.NotReady), (failure.Code, unreachable.Code));
        Assert.NotEmpty(_host.Log);
        Assert.All(
            [.. _host.Log, failure.ToString(), unreachable.ToString()], text => Assert.DoesNotContain(RemoteHost.Key, text, StringComparison.Ordinal));
    }
}
