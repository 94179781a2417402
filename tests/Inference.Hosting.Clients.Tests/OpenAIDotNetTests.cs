// SPDX-License-Identifier: Apache-2.0

using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using Inference.Hosting.Clients.Tests.Support;
using OpenAI;
using OpenAI.Chat;

namespace Inference.Hosting.Clients.Tests;

/// <summary>The NuGet package OpenAI.</summary>
public sealed class OpenAIDotNetTests(ScriptedApp app) : IClassFixture<ScriptedApp>
{
    private static readonly ChatTool _weather = ChatTool.CreateFunctionTool(
        "get_weather", "The weather of a city.", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"""));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Models_ListAndRetrieve_Answer()
    {
        var client = Client().GetOpenAIModelClient();

        var models = await client.GetModelsAsync(Cancellation);
        var model = await client.GetModelAsync("org/embedder", Cancellation);

        Assert.Contains(models.Value, one => one.Id == "hello" && one.CreatedAt.Year > 2000);
        Assert.Equal("org/embedder", model.Value.Id);
    }

    [Fact]
    public async Task Embeddings_Texts_AnswerInOrder()
    {
        var client = Client().GetEmbeddingClient("embedder");

        var answer = await client.GenerateEmbeddingsAsync(["a", "bcd", "a"], cancellationToken: Cancellation);

        Assert.Equal([8, 8, 8], answer.Value.Select(one => one.ToFloats().Length));
        Assert.Equal(answer.Value[0].ToFloats().ToArray(), answer.Value[2].ToFloats().ToArray());
        Assert.Equal(5, answer.Value.Usage.TotalTokenCount);
    }

    [Fact]
    public async Task Chat_Whole_HasTextUsageAndEnd()
    {
        var answer = (await Chat("hello").CompleteChatAsync(["Hi"], cancellationToken: Cancellation)).Value;

        Assert.Equal("Hello, wörld 😀 日本", answer.Content[0].Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal(4, answer.Usage.OutputTokenCount);
        Assert.StartsWith("chatcmpl-", answer.Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_Streamed_AddsUpToTheWhole()
    {
        var text = new StringBuilder();
        ChatFinishReason? end = null;
        ChatTokenUsage? usage = null;
        await foreach (var update in Chat("long").CompleteChatStreamingAsync(["Hi"], cancellationToken: Cancellation))
        {
            text.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
            end ??= update.FinishReason;
            usage ??= update.Usage;
        }

        Assert.Equal("One two", text.ToString());
        Assert.Equal(ChatFinishReason.Length, end);
        Assert.Equal(1, usage?.OutputTokenCount);
    }

    [Fact]
    public async Task Chat_Logprobs_AddUpToTheText()
    {
        var options = new ChatCompletionOptions { IncludeLogProbabilities = true, TopLogProbabilityCount = 0 };

        var answer = (await Chat("hello").CompleteChatAsync(["Hi"], options, Cancellation)).Value;

        Assert.Equal("Hello, wörld 😀 日本", string.Concat(answer.ContentTokenLogProbabilities.Select(token => token.Token)));
    }

    [Fact]
    public async Task Chat_Refusal_IsNoContent()
    {
        var answer = (await Chat("refuses").CompleteChatAsync(["Hi"], cancellationToken: Cancellation)).Value;

        Assert.Equal("I'd rather not.", answer.Refusal);
    }

    [Fact]
    public async Task Tools_Whole_LoopComesToTheAnswer()
    {
        var options = new ChatCompletionOptions { Tools = { _weather } };
        List<ChatMessage> messages = [new UserChatMessage("How is the weather in Bern?")];

        var call = (await Chat("weather").CompleteChatAsync(messages, options, Cancellation)).Value;
        messages.Add(new AssistantChatMessage(call));
        messages.Add(new ToolChatMessage(call.ToolCalls[0].Id, "21 °C"));
        var answer = (await Chat("weather").CompleteChatAsync(messages, options, Cancellation)).Value;

        Assert.Equal(ChatFinishReason.ToolCalls, call.FinishReason);
        Assert.Equal("""{"city":"Bern"}""", Assert.Single(call.ToolCalls).FunctionArguments.ToString());
        Assert.Equal("It is 21 °C in Bern.", answer.Content[0].Text);
    }

    [Fact]
    public async Task Tools_Streamed_EachCallAddsUp()
    {
        Dictionary<int, (string? Id, string? Name, string Arguments)> calls = [];
        await foreach (var update in Chat("two-calls").CompleteChatStreamingAsync(
            [new UserChatMessage("Hi")], new ChatCompletionOptions { Tools = { _weather } }, Cancellation))
        {
            foreach (var step in update.ToolCallUpdates)
            {
                var known = calls.GetValueOrDefault(step.Index, (null, null, ""));
                calls[step.Index] = (known.Id ?? step.ToolCallId, known.Name ?? step.FunctionName, known.Arguments + step.FunctionArgumentsUpdate);
            }
        }

        Assert.Equal([("call_bern", "get_weather", """{"city":"Bern"}"""), ("call_rome", "get_weather", """{"city":"Rome"}""")], calls.Values);
    }

    [Fact]
    public async Task StructuredOutput_Schema_Answers()
    {
        var options = new ChatCompletionOptions
        {
            ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat(
                "city", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"},"degrees":{"type":"integer"}}}"""), jsonSchemaIsStrict: true),
        };

        var answer = (await Chat("structured").CompleteChatAsync(["Hi"], options, Cancellation)).Value;

        Assert.Equal("""{"city":"Bern","degrees":21}""", answer.Content[0].Text);
    }

    [Fact]
    public async Task Errors_BadRequest_SaysWhatIsWrong()
    {
        var failure = await Assert.ThrowsAsync<ClientResultException>(
            () => Chat("too-long").CompleteChatAsync([new UserChatMessage("Hi")], null, Cancellation));

        Assert.Equal(400, failure.Status);
        Assert.Contains("maximum context length", failure.Message, StringComparison.Ordinal);
        Assert.Contains("context_length_exceeded", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_FullQueue_IsTriedAgain()
    {
        var calls = app.Chats["full"].Calls;
        var before = calls.Count;

        var failure = await Assert.ThrowsAsync<ClientResultException>(
            () => Client(retries: 2).GetChatClient("full").CompleteChatAsync([new UserChatMessage("Hi")], null, Cancellation));

        Assert.Equal(429, failure.Status);
        Assert.Equal(3, calls.Count - before);
    }

    [Fact]
    public async Task Errors_StreamThatBreaks_ThrowsAfterItsText()
    {
        var text = new StringBuilder();

        var failure = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await foreach (var update in Chat("breaks").CompleteChatStreamingAsync([new UserChatMessage("Hi")], null, Cancellation))
            {
                text.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
            }
        });

        // A stream that ended well would be taken for the whole answer.
        Assert.True(failure is IOException or HttpRequestException or ClientResultException, failure.ToString());
        Assert.Equal("Half an answer", text.ToString());
    }

    [Fact]
    public async Task Cancellation_OfAStream_EndsTheGeneration()
    {
        var before = app.Chats["endless"].Calls.Cancelled;
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in Chat("endless").CompleteChatStreamingAsync([new UserChatMessage("Hi")], null, leave.Token))
            {
                if (update.ContentUpdate.Count > 0)
                {
                    await leave.CancelAsync();
                }
            }
        });

        Assert.Equal(1, (await app.SettleAsync("endless", Cancellation)).Cancelled - before);
    }

    private ChatClient Chat(string model) => Client().GetChatClient(model);

    private OpenAIClient Client(int retries = 0) => new(new ApiKeyCredential("sk-test"), new OpenAIClientOptions
    {
        Endpoint = app.BaseAddress,
        NetworkTimeout = ScriptedApp.Patience,
        RetryPolicy = new ClientRetryPolicy(retries),
    });
}
