// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Samples.Tests.Gateway;

/// <summary>The real app in front of its engine in a process of its own.</summary>
public sealed class GatewayTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Chat_EngineKilledAndStartedAgain_FallsBackToTheDocumentsAndReturns()
    {
        using var engine = await EngineProcess.StartAsync();
        await using var factory = Create(engine.Address);
        using var client = await SignInAsync(factory, "alice", "wonderland");
        await factory.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync("assistant");

        using (var answer = await AskAsync(client, "assistant"))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.False(answer.Headers.Contains("inference-fallback"));
            var text = await answer.Content.ReadAsStringAsync();
            Assert.Contains("\"model\":\"assistant\"", text, StringComparison.Ordinal);
            Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        }

        engine.Kill();
        using (var answer = await AskAsync(client, "assistant"))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(["documents"], answer.Headers.GetValues("inference-fallback"));
            var text = await answer.Content.ReadAsStringAsync();
            Assert.Contains("\"model\":\"assistant\"", text, StringComparison.Ordinal);
            Assert.Contains("\"content\":\"From\"", text, StringComparison.Ordinal);
        }

        using var again = await EngineProcess.StartAsync(engine.Address.Port);
        using var patience = new CancellationTokenSource(_patience);
        while (true)
        {
            using var answer = await AskAsync(client, "assistant", patience.Token);
            if (answer.StatusCode == HttpStatusCode.OK && !answer.Headers.Contains("inference-fallback"))
            {
                break;
            }

            // The limit of a user is met by the other users of the sample; here one asks often.
            await Task.Delay(TimeSpan.FromSeconds(3), patience.Token);
        }
    }

    [Fact]
    public async Task Chat_MoreThanTheUsersLimit_IsRefusedInTheWordsOfTheProtocolAndHurtsNobodyElse()
    {
        await using var factory = Create(new Uri("http://127.0.0.1:1"));
        using var alice = await SignInAsync(factory, "alice", "wonderland");
        using var bob = await SignInAsync(factory, "bob", "builder");

        HttpResponseMessage answer;
        for (var i = 0; ; i++)
        {
            answer = await AskAsync(alice, "documents");
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                Assert.Equal(20, i);
                break;
            }

            answer.Dispose();
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        var error = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal(("rate_limit_error", "rate_limit_exceeded"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        answer.Dispose();
        using var other = await AskAsync(bob, "documents");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task Chat_NobodySignedIn_IsRefusedInTheWordsOfTheProtocol()
    {
        await using var factory = Create(new Uri("http://127.0.0.1:1"));
        using var client = factory.CreateClient();

        using var wrong = await client.PostAsJsonAsync("/session", new { name = "alice", password = "guess" });
        using var answer = await AskAsync(client, "documents");

        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        var error = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
        Assert.Equal("invalid_api_key", error.GetProperty("code").GetString());
    }

    private static WebApplicationFactory<global::Gateway.Documents.Library> Create(Uri engine)
        => new WebApplicationFactory<global::Gateway.Documents.Library>().WithWebHostBuilder(builder => builder
            .UseSetting("Inference:Models:assistant:Remote:Addresses:0", new Uri(engine, "v1").ToString())
            .UseSetting("Inference:Models:assistant:Remote:HealthInterval", "00:00:01"));

    private static async Task<HttpClient> SignInAsync(WebApplicationFactory<global::Gateway.Documents.Library> factory, string name, string password)
    {
        var client = factory.CreateClient();
        using var answer = await client.PostAsJsonAsync("/session", new { name, password });
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        return client;
    }

    private static Task<HttpResponseMessage> AskAsync(HttpClient client, string model, CancellationToken cancellationToken = default)
        => client.PostAsJsonAsync(
            "/v1/chat/completions",
            new { model, stream = true, max_tokens = 30, messages = new[] { new { role = "user", content = "How is a batch formed?" } } },
            cancellationToken);
}
