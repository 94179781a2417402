// SPDX-License-Identifier: Apache-2.0

using System.ClientModel;
using System.ClientModel.Primitives;
using System.ComponentModel;
using Inference.Hosting.Clients.Tests.Support;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Inference.Hosting.Clients.Responses.Tests;

/// <summary>Microsoft.Extensions.AI over the client for responses of the NuGet package OpenAI.</summary>
public sealed class ResponsesClientTests(ScriptedApp app) : IClassFixture<ScriptedApp>
{
    private static readonly AIFunction _weather = AIFunctionFactory.Create(
        ([Description("Where.")] string city) => $"21 °C for {city}", "get_weather", "The weather of a city.");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chat_HasTextUsageAndNoMemory(bool streamed)
    {
        using var chat = Chat("hello");

        var answer = await AskAsync(chat, streamed, new ChatOptions { Instructions = "Be kind." });

        Assert.Equal("Hello, wörld 😀 日本", answer.Text);
        Assert.Equal(4, answer.Usage?.OutputTokenCount);
        Assert.Null(answer.ConversationId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chat_Reasoning_IsToldApart(bool streamed)
    {
        using var chat = Chat("thinker");

        var answer = await AskAsync(chat, streamed, null);

        Assert.Equal("Forty-two", answer.Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tools_Invoked_LoopComesToTheAnswerWithTheWholeHistory(bool streamed)
    {
        using var chat = Chat("weather").AsBuilder().UseFunctionInvocation().Build();

        var answer = await AskAsync(chat, streamed, new ChatOptions { Tools = [_weather] });

        Assert.Contains("21 °C for Bern", answer.Messages[^1].Text, StringComparison.Ordinal);
        Assert.Equal(3, app.Chats["weather"].LastRequest?.Messages.Count);
    }

    [Fact]
    public async Task StructuredOutput_Type_IsParsed()
    {
        using var chat = Chat("structured");

        var answer = await chat.GetResponseAsync<CityWeather>("Hi", cancellationToken: Cancellation);

        Assert.Equal(new CityWeather("Bern", 21), answer.Result);
    }

    [Fact]
    public async Task Errors_FullQueue_IsNoAnswer()
    {
        using var chat = Chat("full");

        var failure = await Assert.ThrowsAsync<ClientResultException>(() => chat.GetResponseAsync("Hi", cancellationToken: Cancellation));

        Assert.Equal(429, failure.Status);
    }

    [Fact]
    public async Task Errors_StreamThatBreaks_ThrowsAfterTheErrorIsTold()
    {
        using var chat = Chat("breaks");
        List<AIContent> contents = [];

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await foreach (var update in chat.GetStreamingResponseAsync("Hi", cancellationToken: Cancellation))
            {
                contents.AddRange(update.Contents);
            }
        });

        Assert.Equal("Half an answer", string.Concat(contents.OfType<TextContent>().Select(content => content.Text)));
        Assert.Contains("engine broke", Assert.Single(contents.OfType<ErrorContent>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_OfAStream_EndsTheGeneration()
    {
        var before = app.Chats["endless"].Calls.Cancelled;
        using var chat = Chat("endless");
        await foreach (var update in chat.GetStreamingResponseAsync("Hi", cancellationToken: Cancellation))
        {
            if (update.Text.Length > 0)
            {
                break;
            }
        }

        Assert.Equal(1, (await app.SettleAsync("endless", Cancellation)).Cancelled - before);
    }

    private static async Task<ChatResponse> AskAsync(IChatClient chat, bool streamed, ChatOptions? options)
        => streamed
            ? await chat.GetStreamingResponseAsync("Hi", options, Cancellation).ToChatResponseAsync(Cancellation)
            : await chat.GetResponseAsync("Hi", options, Cancellation);

    private IChatClient Chat(string model)
        => new OpenAIClient(new ApiKeyCredential("sk-test"), new OpenAIClientOptions
        {
            Endpoint = app.BaseAddress,
            NetworkTimeout = ScriptedApp.Patience,
            RetryPolicy = new ClientRetryPolicy(0),
        }).GetResponsesClient().AsIChatClient(model);

    private sealed record CityWeather(string City, int Degrees);
}
