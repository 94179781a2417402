// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text.Json;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Text.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using AI = Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Tests.Interop;

public sealed class ChatClientModelTests
{
    private static readonly ChatRequest _hello = new() { Messages = [ChatMessage.FromUser("hello")] };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Answer_TextUsageAndReason_ComeThrough(bool streams)
    {
        var client = new FakeChatClient(
            Update(new AI.TextContent("He")),
            Update(new AI.TextContent("llo"), new AI.UsageContent(new AI.UsageDetails { InputTokenCount = 3, OutputTokenCount = 2 })),
            new AI.ChatResponseUpdate { FinishReason = AI.ChatFinishReason.Length });
        await using var host = await HostAsync(client);

        var result = await AskAsync(host, _hello, streams);

        Assert.Equal(("Hello", FinishReason.Length, 5), (result.Text, result.Choices[0].FinishReason, result.Usage!.TotalTokens));
    }

    [Fact]
    public async Task Request_WhatOptionsCarry_ReachesTheClient()
    {
        var client = new FakeChatClient(Update(new AI.TextContent("a")));
        await using var host = await HostAsync(client);

        await AskAsync(
            host,
            _hello with
            {
                Sampling = new SamplingOptions { Temperature = 0.5f, TopK = 0 },
                MaxTokens = 5,
                Tools = [new ChatTool { Name = "f", Strict = true }],
                ToolChoice = ToolChoice.Required,
                AdditionalProperties = new Dictionary<string, JsonElement> { ["cache_salt"] = JsonSerializer.Deserialize<JsonElement>("\"s\"") },
            },
            streams: true);

        var options = client.LastOptions!;
        Assert.Equal((0.5f, null, 5), (options.Temperature, options.TopK, options.MaxOutputTokens));
        var tool = Assert.IsAssignableFrom<AI.AIFunctionDeclaration>(Assert.Single(options.Tools!));
        Assert.Equal(("f", "object", true), (tool.Name, tool.JsonSchema.GetProperty("type").GetString(), tool.AdditionalProperties["strict"]));
        Assert.Equal(AI.ChatToolMode.RequireAny, options.ToolMode);
        Assert.Equal("s", ((JsonElement)Assert.Single(options.AdditionalProperties!).Value!).GetString());
    }

    public static TheoryData<string> NotCarried => ["n", "logprobs", "min_p", "stop_token_ids", "structured_outputs", "reasoning_effort"];

    [Theory]
    [MemberData(nameof(NotCarried))]
    public async Task Request_WhatAClientCannotCarry_IsRefusedByNameBeforeItIsCalled(string parameter)
    {
        var client = new FakeChatClient(Update(new AI.TextContent("a")));
        await using var host = await HostAsync(client);
        var request = parameter switch
        {
            "n" => _hello with { ChoiceCount = 2 },
            "logprobs" => _hello with { TopLogprobs = 0 },
            "min_p" => _hello with { Sampling = new SamplingOptions { MinP = 0.1f } },
            "stop_token_ids" => _hello with { StopTokenIds = [1] },
            "structured_outputs" => _hello with { ResponseFormat = ResponseFormat.Regex("a") },
            _ => _hello with { ReasoningEffort = ReasoningEffort.Minimal },
        };

        var refused = await Assert.ThrowsAsync<InferenceException>(() => AskAsync(host, request, streams: true));

        Assert.Equal((InferenceErrorCode.Unsupported, parameter), (refused.Code, refused.Parameter));
        Assert.Null(client.LastOptions);
    }

    [Fact]
    public async Task Request_WhatTheAppSaysTheClientHonours_IsPassedAsAdditionalProperty()
    {
        var client = new FakeChatClient(Update(new AI.TextContent("a")));
        await using var host = await HostAsync(client, options => options.Features |= GenerationFeatures.MinP);

        await AskAsync(host, _hello with { Sampling = new SamplingOptions { MinP = 0.25f } }, streams: false);

        Assert.Equal(0.25f, client.LastOptions!.AdditionalProperties!["min_p"]);
    }

    [Theory]
    [InlineData("MaxConcurrency", "0")]
    [InlineData("Features", "Choices")]
    [InlineData("Feature", "MinP")]
    public async Task Options_ThatCannotBe_StopTheStart(string key, string value)
        => await Assert.ThrowsAsync<OptionsValidationException>(
            async () => await TextHost.StartAsync(services => services.AddChatModel("m").UseChatClient(new FakeChatClient()), ($"m:ChatClient:{key}", value)));

    [Fact]
    public async Task Answer_CallsThatTheClientHasMadeItself_AreNotTheCallers()
    {
        var client = new FakeChatClient(
            Update(new AI.FunctionCallContent("c1", "inner")),
            Update(new AI.FunctionResultContent("c1", "42")),
            Update(new AI.FunctionCallContent("c2", "outer", new Dictionary<string, object?> { ["a"] = 1.5m })),
            new AI.ChatResponseUpdate { FinishReason = AI.ChatFinishReason.ToolCalls });
        await using var host = await HostAsync(client);

        var result = await AskAsync(host, _hello, streams: true);

        Assert.Equal(new ChatToolCall("c2", "outer", "{\"a\":1.5}"), Assert.Single(result.Choices[0].Message.ToolCalls));
        Assert.Equal(FinishReason.ToolCalls, result.Choices[0].FinishReason);
    }

    [Fact]
    public async Task Answer_HalfACharacter_WaitsForItsOtherHalf()
    {
        const string Smile = "🙂";
        await using var host = await HostAsync(new FakeChatClient(Update(new AI.TextContent("a" + Smile[0])), Update(new AI.TextContent(Smile[1] + "b"))));

        var texts = await host.Services.GetRequiredKeyedService<IChatModel>("m").StreamAsync(_hello, Token)
            .Where(delta => delta.Text is not null).Select(delta => delta.Text!).ToListAsync(Token);

        Assert.Equal(["a", Smile + "b"], texts);
    }

    [Fact]
    public async Task Answer_ErrorOrStrangeContent_IsAFailureWithASafeText()
    {
        await using var failing = await HostAsync(new FakeChatClient(Update(new AI.ErrorContent("key sk-123 is wrong"))));
        await using var strange = await HostAsync(new FakeChatClient(Update(new AI.DataContent(new byte[] { 1 }, "image/png"))));

        var failure = await Assert.ThrowsAsync<InferenceException>(() => AskAsync(failing, _hello, streams: true));
        var stranger = await Assert.ThrowsAsync<InferenceException>(() => AskAsync(strange, _hello, streams: false));

        Assert.Equal((InferenceErrorCode.EngineFailed, InferenceErrorCode.EngineFailed), (failure.Code, stranger.Code));
        Assert.DoesNotContain("sk-123", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public async Task Failure_OfTheClient_NeverTellsItsText(bool streams, bool afterText)
    {
        var failure = new HttpRequestException("https://host/?key=sk-123", null, HttpStatusCode.BadGateway);
        var client = new FakeChatClient(Update(new AI.TextContent("a"))) { Failure = afterText ? null : failure, FailureAfter = failure };
        await using var host = await HostAsync(client);

        var failed = await Assert.ThrowsAsync<InferenceException>(() => AskAsync(host, _hello, streams));

        Assert.Equal(InferenceErrorCode.EngineFailed, failed.Code);
        Assert.DoesNotContain("sk-123", failed.Message, StringComparison.Ordinal);
        Assert.Same(failure, failed.InnerException);
        Assert.Equal(0, Assert.Single(host.Catalog.Models).Default!.Load!.Value.InFlight);
    }

    public static TheoryData<Exception, InferenceErrorCode> Failures => new()
    {
        { new TimeoutException(), InferenceErrorCode.DeadlineExceeded },
        { new TaskCanceledException("", new TimeoutException()), InferenceErrorCode.DeadlineExceeded },
        { new OperationCanceledException(), InferenceErrorCode.EngineFailed },
        { new InferenceException(InferenceErrorCode.QueueFull, "Busy."), InferenceErrorCode.QueueFull },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Failure_OfAKindThatIsKnown_HasItsCode(Exception failure, InferenceErrorCode code)
    {
        await using var host = await HostAsync(new FakeChatClient { Failure = failure });

        var failed = await Assert.ThrowsAsync<InferenceException>(() => AskAsync(host, _hello, streams: true));

        Assert.Equal(code, failed.Code);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Cancellation_ByTheCaller_IsACancellationAtOnceWhateverTheClientDoes(bool streams, bool isDeaf)
    {
        var client = new FakeChatClient(Update(new AI.TextContent("a"))) { IsDeaf = isDeaf };
        client.Gate.Close();
        await using var host = await HostAsync(client);
        using var leaving = new CancellationTokenSource();

        var asking = AskAsync(host, _hello, streams, leaving.Token);
        await client.Gate.ArrivedAsync(1).WaitAsync(Token);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(TextHost.Patience, Token));
        Assert.Equal(isDeaf ? 1 : 0, Assert.Single(host.Catalog.Models).Default!.Load!.Value.InFlight);
        client.Gate.Open();
    }

    [Fact]
    public async Task Deadline_ThatPasses_IsDeadlineExceeded()
    {
        var client = new FakeChatClient(Update(new AI.TextContent("a")));
        client.Gate.Close();
        await using var host = await HostAsync(client);
        using var scope = InferenceContext.Use(new InferenceContext { Deadline = host.Time.GetUtcNow() + TimeSpan.FromSeconds(5) });

        var asking = AskAsync(host, _hello, streams: true);
        await client.Gate.ArrivedAsync(1).WaitAsync(Token);
        host.Time.Advance(TimeSpan.FromSeconds(5));

        var late = await Assert.ThrowsAsync<InferenceException>(() => asking);
        Assert.Equal(InferenceErrorCode.DeadlineExceeded, late.Code);
        Assert.Equal(0, client.Active);
    }

    [Fact]
    public async Task Concurrency_AtItsLimit_OthersWaitAndTheQueueRefuses()
    {
        var client = new FakeChatClient(Update(new AI.TextContent("a")));
        client.Gate.Close();
        await using var host = await TextHost.StartAsync(
            services => services.AddChatModel("m").UseChatClient(client, options => options.MaxConcurrency = 1).WithQueue(queue => queue.MaxQueuedRows = 1));

        var first = AskAsync(host, _hello, streams: true);
        await client.Gate.ArrivedAsync(1).WaitAsync(Token);
        var second = AskAsync(host, _hello, streams: false);
        using (InferenceContext.Use(new InferenceContext { Overflow = InferenceOverflow.Reject }))
        {
            var full = await Assert.ThrowsAsync<InferenceException>(() => AskAsync(host, _hello, streams: true));
            Assert.Equal(InferenceErrorCode.QueueFull, full.Code);
            Assert.NotNull(full.RetryAfter);
        }

        Assert.Equal(1, client.Gate.Arrivals);
        client.Gate.Open();
        Assert.Equal(("a", "a"), ((await first).Text, (await second).Text));
    }

    [Fact]
    public async Task Tensors_AreRefused()
    {
        await using var host = await HostAsync(new FakeChatClient());

        var refused = await Assert.ThrowsAsync<InferenceException>(
            async () => await host.Catalog.GetClient("m").InferAsync(new InferenceRequest(), Token));

        Assert.Equal(InferenceErrorCode.Unsupported, refused.Code);
    }

    private static AI.ChatResponseUpdate Update(params AI.AIContent[] contents) => new(AI.ChatRole.Assistant, contents);

    private static Task<TextHost> HostAsync(AI.IChatClient client, Action<ChatClientOptions>? configure = null)
        => TextHost.StartAsync(services => services.AddChatModel("m").UseChatClient(client, configure));

    private static async Task<ChatResult> AskAsync(TextHost host, ChatRequest request, bool streams, CancellationToken? token = null)
    {
        var model = host.Services.GetRequiredKeyedService<IChatModel>("m");
        return streams
            ? await ChatResult.GatherAsync(model.StreamAsync(request, token ?? Token), token ?? Token)
            : await model.CompleteAsync(request, token ?? Token);
    }
}
