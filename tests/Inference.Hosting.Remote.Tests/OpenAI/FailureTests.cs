// SPDX-License-Identifier: Apache-2.0

using System.Net.Http.Json;
using System.Text.Json;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Remote.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.Remote.Tests.OpenAI;

/// <summary>Servers that are down, full, slow or wrong, seen from the app.</summary>
public sealed class FailureTests : IAsyncLifetime
{
    private ScriptedServer _server = null!;
    private ScriptedServer _second = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _second = await ScriptedServer.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact]
    public async Task LoadAsync_ServerDown_SaysSoAndRecoversByItself()
    {
        var address = _server.Address;
        await _server.DisposeAsync();
        await using var host = await RemoteHost.StartAsync(address, options => options.HealthInterval = TimeSpan.FromMilliseconds(20));
        await RemoteHost.UntilAsync(() => host.Version.State == ModelState.Failed);
        Assert.Equal("The server behind the model cannot be reached: it is tried again soon.", host.Version.Reason);
        var failure = await Assert.ThrowsAsync<InferenceException>(async () => await host.SendAsync(Chat.Request));
        Assert.Equal(InferenceErrorCode.NotReady, failure.Code);
        Assert.NotNull(failure.RetryAfter);

        _server = await ScriptedServer.StartAsync(address.Port);
        await RemoteHost.UntilAsync(() => host.Version.State == ModelState.Ready);

        Assert.Equal(200, (await host.PassAsync(Chat.Request)).Head.StatusCode);
        Assert.Contains(host.Log, line => line.Contains("RemoteServerDown", StringComparison.Ordinal));
        Assert.Contains(host.Log, line => line.Contains("RemoteServerUp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Probe_KeyRefused_IsNotReadyAndCallsSayWhy()
    {
        _server.Health = 401;
        _server.Answer = (context, _) => ScriptedServer.JsonAsync(context, "{}", 401);
        await using var host = await RemoteHost.StartAsync(_server.Address);

        await RemoteHost.UntilAsync(() => host.Version.State == ModelState.Failed);

        Assert.Contains("Inference:Models:qwen:Remote:Key", host.Version.Reason, StringComparison.Ordinal);
        using var response = await host.Client.PostAsync(
            "/v1/embeddings", JsonContent.Create(new { model = "qwen", input = "x" }), TestContext.Current.CancellationToken);
        Assert.Equal(502, (int)response.StatusCode);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal("upstream_auth", body.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task SendAsync_OneOfTwoDown_OtherAnswersEvenAChat()
    {
        await _server.DisposeAsync();
        await using var host = await RemoteHost.StartAsync(
            _second.Address, options => options.Addresses.Insert(0, _server.Address), settings: ("Queue:MaxQueueTime", "00:00:10"));

        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(200, (await host.PassAsync(Chat.Request)).Head.StatusCode);
        }

        Assert.Equal(6, _second.Requests.Count);
        Assert.Equal(ModelState.Ready, host.Version.State);
    }

    [Theory]
    [InlineData(429, true, 2)]
    [InlineData(503, true, 2)]
    [InlineData(503, false, 1)]
    [InlineData(500, true, 1)]
    public async Task SendAsync_ChatRefusedWithAHint_GoesToTheOtherAddress(int status, bool hint, int requests)
    {
        Task Refuse(HttpContext context, string body)
        {
            if (hint)
            {
                context.Response.Headers.RetryAfter = "3";
            }

            return ScriptedServer.JsonAsync(context, "{}", status);
        }

        (_server.Answer, _second.Answer) = (Refuse, Refuse);
        await using var host = await RemoteHost.StartAsync(_second.Address, options => options.Addresses.Add(_server.Address));

        var (head, _) = await host.PassAsync(Chat.Request);

        Assert.Equal(status, head.StatusCode);
        Assert.Equal(requests, _server.Requests.Count + _second.Requests.Count);
    }

    [Fact]
    public async Task SendAsync_IdempotentCallFails_IsTriedAgain()
    {
        _server.Answer = (context, _) => _server.Requests.Count == 1
            ? ScriptedServer.JsonAsync(context, "{}", 500)
            : ScriptedServer.JsonAsync(context, """{"model":"u","data":[]}""");
        await using var host = await RemoteHost.StartAsync(_server.Address);

        var (head, _) = await host.PassAsync("""{"model":"q","input":"x"}""", "embeddings");

        Assert.Equal(200, head.StatusCode);
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task SendAsync_SlowIdempotentCall_IsHedgedAtTheOtherAddress()
    {
        (_server.Answer, _second.Answer) = (First, First);
        Task First(HttpContext context, string body) => _server.Requests.Count + _second.Requests.Count == 1
            ? _server.HangAsync(context)
            : ScriptedServer.JsonAsync(context, """{"model":"u","data":[]}""");
        await using var host = await RemoteHost.StartAsync(_second.Address, options =>
        {
            options.Addresses.Add(_server.Address);
            options.HedgeAfter = TimeSpan.FromMilliseconds(20);
        });

        var (head, _) = await host.PassAsync("""{"model":"q","input":"x"}""", "embeddings");

        Assert.Equal(200, head.StatusCode);
        Assert.Equal((1, 1), (_server.Requests.Count, _second.Requests.Count));
        await _server.Left.Task;
    }

    [Fact]
    public async Task SendAsync_FailuresInARow_AddressRestsAndIsTriedAgain()
    {
        _server.Answer = (context, _) => ScriptedServer.JsonAsync(context, "{}", 500);
        await using var host = await RemoteHost.StartAsync(_server.Address, options =>
        {
            options.EjectAfter = 2;
            options.EjectTime = TimeSpan.FromMilliseconds(100);
        });
        await host.PassAsync(Chat.Request);
        await host.PassAsync(Chat.Request);

        var failure = await Assert.ThrowsAsync<InferenceException>(async () => await host.SendAsync(Chat.Request));
        Assert.Equal(InferenceErrorCode.NotReady, failure.Code);
        Assert.InRange(failure.RetryAfter!.Value, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(1));
        Assert.Equal(2, _server.Requests.Count);

        _server.Answer = (context, _) => ScriptedServer.JsonAsync(context, Chat.Whole);
        await RemoteHost.UntilAsync(() => host.Version.State == ModelState.Ready);
        Assert.Equal(200, (await host.PassAsync(Chat.Request)).Head.StatusCode);
        Assert.Contains(host.Log, line => line.Contains("RemoteServerEjected", StringComparison.Ordinal));
        Assert.Contains(host.Log, line => line.Contains("RemoteServerRecovered", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SendAsync_ServerNeverAnswers_IsDeadlineExceeded()
    {
        _server.Answer = (context, _) => _server.HangAsync(context);
        await using var host = await RemoteHost.StartAsync(_server.Address, options => options.ResponseTimeout = TimeSpan.FromMilliseconds(50));

        var failure = await Assert.ThrowsAsync<InferenceException>(async () => await host.SendAsync(Chat.Request));

        Assert.Equal(InferenceErrorCode.DeadlineExceeded, failure.Code);
        await _server.Left.Task;
    }

    [Fact]
    public async Task CopyToAsync_ServerFallsSilent_IsATimeoutInTheStream()
    {
        _server.Answer = async (context, _) =>
        {
            await ScriptedServer.EventsAsync(context, Chat.Event("a"));
            await _server.HangAsync(context);
        };
        await using var host = await RemoteHost.StartAsync(_server.Address, options => options.IdleTimeout = TimeSpan.FromMilliseconds(50));

        var (_, body) = await host.PassAsync(Chat.StreamRequest);

        Assert.EndsWith("\"code\":\"request_timeout\"}}\n\n!DeadlineExceeded", body, StringComparison.Ordinal);
        await _server.Left.Task;
    }

    [Fact]
    public async Task SendAsync_Deadline_EndsTheCall()
    {
        _server.Answer = (context, _) => _server.HangAsync(context);
        await using var host = await RemoteHost.StartAsync(_server.Address);

        using (InferenceContext.Use(new InferenceContext { Deadline = TimeProvider.System.GetUtcNow().AddMilliseconds(80) }))
        {
            var failure = await Assert.ThrowsAsync<InferenceException>(async () => await host.SendAsync(Chat.Request));
            Assert.Equal(InferenceErrorCode.DeadlineExceeded, failure.Code);
        }

        await _server.Left.Task;
    }

    [Fact]
    public async Task SendAsync_AtTheLimit_WaitsOrIsRefusedAsTold()
    {
        var release = new TaskCompletionSource();
        _server.Answer = async (context, _) =>
        {
            await release.Task;
            await ScriptedServer.JsonAsync(context, Chat.Whole);
        };
        await using var host = await RemoteHost.StartAsync(
            _server.Address, options => options.MaxConcurrency = 1, settings: ("Queue:MaxQueuedRows", "1"));
        var running = host.PassAsync(Chat.Request);
        var queued = host.PassAsync(Chat.Request);
        await RemoteHost.UntilAsync(() => host.Version.Load!.Value.QueuedRows == 1);

        using (InferenceContext.Use(new InferenceContext { Overflow = InferenceOverflow.Reject }))
        {
            var refused = await Assert.ThrowsAsync<InferenceException>(async () => await host.SendAsync(Chat.Request));
            Assert.Equal(InferenceErrorCode.QueueFull, refused.Code);
            Assert.NotNull(refused.RetryAfter);
        }

        Assert.Single(_server.Requests);
        release.SetResult();
        Assert.Equal(200, (await running).Head.StatusCode);
        Assert.Equal(200, (await queued).Head.StatusCode);
        await RemoteHost.UntilAsync(() => host.Version.Load!.Value is { InFlight: 0, QueuedRows: 0 });
    }

    [Theory]
    [InlineData("Remote:Addresses:0", "ftp://x/", "Inference:Models:qwen:Remote:Addresses:0 is ftp://x/")]
    [InlineData("Remote:Addresses:0", "http://u:topsecret@x/", "put the key into Key")]
    [InlineData("Remote:MaxConcurrency", "0", "Inference:Models:qwen:Remote:MaxConcurrency is 0")]
    [InlineData("Remote:Key", "top secret", "Inference:Models:qwen:Remote:Key is not shown")]
    [InlineData("Remote:Nonsense", "1", "Inference:Models:qwen:Remote:Nonsense: unknown key")]
    public async Task StartAsync_BadSetting_NamesKeyAndMendAndNoSecret(string key, string value, string named)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => RemoteHost.StartAsync(_server.Address, settings: (key, value)));

        Assert.Contains(named, failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("top secret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_KeyAndAddressOfConfiguration_Win()
    {
        await using var host = await RemoteHost.StartAsync(
            new Uri("http://127.0.0.1:1/v1"),
            settings: [("Remote:Addresses:0", _server.Address.ToString()), ("Remote:Key", "from-settings")]);

        await host.PassAsync(Chat.Request);

        Assert.Equal("Bearer from-settings", _server.Requests.Single().Headers.Authorization);
    }

    [Fact]
    public async Task Routes_Restricted_OfferTheirCapabilitiesAlone()
    {
        await using var host = await RemoteHost.StartAsync(_server.Address, settings: ("Remote:Routes", "Chat, Responses"));

        Assert.NotNull(host.Catalog.GetCapability<IChatModel>("qwen"));
        Assert.Null(host.Catalog.GetCapability<IEmbeddingModel>("qwen"));
        Assert.True(host.PassThrough.CanPass("responses"));
        Assert.False(host.PassThrough.CanPass("embeddings"));
    }
}
