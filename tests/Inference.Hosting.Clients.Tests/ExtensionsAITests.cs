// SPDX-License-Identifier: Apache-2.0

using System.ClientModel;
using System.ClientModel.Primitives;
using System.ComponentModel;
using Inference.Hosting.Clients.Tests.Support;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Inference.Hosting.Clients.Tests;

/// <summary>Microsoft.Extensions.AI over the NuGet package OpenAI.</summary>
public sealed class ExtensionsAITests(ScriptedApp app) : IClassFixture<ScriptedApp>
{
    private static readonly AIFunction _weather = AIFunctionFactory.Create(
        ([Description("Where.")] string city) => $"21 °C for {city}", "get_weather", "The weather of a city.");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Embeddings_Texts_AnswerInOrder()
    {
        using var generator = Client().GetEmbeddingClient("embedder").AsIEmbeddingGenerator();

        var answer = await generator.GenerateAsync(["a", "bcd"], cancellationToken: Cancellation);

        Assert.Equal([8, 8], answer.Select(one => one.Vector.Length));
        Assert.Equal(4, answer.Usage?.InputTokenCount);
    }

    [Fact]
    public async Task Chat_Whole_HasTextUsageAndEnd()
    {
        using var chat = Chat("hello");

        var answer = await chat.GetResponseAsync("Hi", cancellationToken: Cancellation);

        Assert.Equal("Hello, wörld 😀 日本", answer.Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal(4, answer.Usage?.OutputTokenCount);
    }

    [Fact]
    public async Task Chat_Streamed_IsTheSameAsTheWhole()
    {
        using var chat = Chat("hello");

        var answer = await chat.GetStreamingResponseAsync("Hi", cancellationToken: Cancellation).ToChatResponseAsync(Cancellation);

        Assert.Equal("Hello, wörld 😀 日本", answer.Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal(4, answer.Usage?.OutputTokenCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chat_Reasoning_IsToldApart(bool streamed)
    {
        using var chat = Chat("thinker");

        var answer = await AskAsync(chat, streamed, null);

        Assert.Equal("Let me think.", string.Concat(answer.Messages.SelectMany(message => message.Contents).OfType<TextReasoningContent>().Select(content => content.Text)));
        Assert.Equal("Forty-two", answer.Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tools_Invoked_LoopComesToTheAnswer(bool streamed)
    {
        using var chat = Chat("weather").AsBuilder().UseFunctionInvocation().Build();

        var answer = await AskAsync(chat, streamed, new ChatOptions { Tools = [_weather] });

        // Results of functions are sent as JSON.
        Assert.Equal("It is \"21 °C for Bern\" in Bern.", answer.Messages[^1].Text);
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
    public async Task Errors_StreamThatBreaks_Throws()
    {
        using var chat = Chat("breaks");

        var failure = await Assert.ThrowsAnyAsync<Exception>(
            () => chat.GetStreamingResponseAsync("Hi", cancellationToken: Cancellation).ToChatResponseAsync(Cancellation));

        Assert.True(failure is IOException or HttpRequestException or ClientResultException, failure.ToString());
    }

    [Fact]
    public async Task Cancellation_OfAWholeAnswer_EndsTheGeneration()
    {
        var calls = app.Chats["endless"].Calls;
        var (count, cancelled) = (calls.Count, calls.Cancelled);
        using var chat = Chat("endless");
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var answer = chat.GetResponseAsync("Hi", cancellationToken: leave.Token);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (calls.Count == count && !answer.IsCompleted)
        {
            await timer.WaitForNextTickAsync(Cancellation);
        }

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        Assert.Equal(1, (await app.SettleAsync("endless", Cancellation)).Cancelled - cancelled);
    }

    private static async Task<ChatResponse> AskAsync(IChatClient chat, bool streamed, ChatOptions? options)
        => streamed
            ? await chat.GetStreamingResponseAsync("Hi", options, Cancellation).ToChatResponseAsync(Cancellation)
            : await chat.GetResponseAsync("Hi", options, Cancellation);

    private IChatClient Chat(string model) => Client().GetChatClient(model).AsIChatClient();

    private OpenAIClient Client() => new(new ApiKeyCredential("sk-test"), new OpenAIClientOptions
    {
        Endpoint = app.BaseAddress,
        NetworkTimeout = ScriptedApp.Patience,
        RetryPolicy = new ClientRetryPolicy(0),
    });

    private sealed record CityWeather(string City, int Degrees);
}
