// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI.Chat;

public sealed class ChatCompletionsTests
{
    private const string Route = "/v1/chat/completions";
    private const string Tools = """
        "tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}},{"type":"function","function":{"name":"now"}}]
        """;

    [Fact]
    public async Task V04_Minimal_AnswersAWholeCompletion()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("Hel", "lo é😀\n"));

        var answer = await app.PostAsync(Route, """{"model":"org/m","messages":[{"role":"user","content":"Hi"}]}""");
        var json = await TestApp.JsonAsync(answer);

        Assert.Matches("^chatcmpl-[A-Za-z0-9]{32}$", json.GetProperty("id").GetString());
        Assert.Equal(("chat.completion", "org/m"), (json.GetProperty("object").GetString(), json.GetProperty("model").GetString()));
        Assert.True(json.GetProperty("created").TryGetInt64(out _));
        Assert.Matches("^fp_[0-9a-f]{10}$", json.GetProperty("system_fingerprint").GetString());
        var choice = Assert.Single(json.GetProperty("choices").EnumerateArray());
        Assert.Equal((0, "stop"), (choice.GetProperty("index").GetInt32(), choice.GetProperty("finish_reason").GetString()));
        Assert.Equal(JsonValueKind.Null, choice.GetProperty("logprobs").ValueKind);
        var message = choice.GetProperty("message");
        Assert.Equal(("assistant", "Hello é😀\n"), (message.GetProperty("role").GetString(), message.GetProperty("content").GetString()));
        Assert.Equal(JsonValueKind.Null, message.GetProperty("refusal").ValueKind);
        Assert.False(message.TryGetProperty("tool_calls", out _));
        var usage = json.GetProperty("usage");
        Assert.Equal(2, usage.GetProperty("completion_tokens").GetInt32());
        Assert.Equal(usage.GetProperty("prompt_tokens").GetInt32() + 2, usage.GetProperty("total_tokens").GetInt32());
        Assert.Equal(0, usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
        Assert.Equal(0, usage.GetProperty("completion_tokens_details").GetProperty("reasoning_tokens").GetInt32());
        Assert.StartsWith("req_", answer.Headers.GetValues("x-request-id").Single(), StringComparison.Ordinal);
        Assert.Contains("lo é", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task V07_Stream_SendsChunksInOrderAndEndsWithDone()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("Hel", "lo \"é😀\"\n\u0001\\"), kestrel: true);

        var answer = await app.PostAsync(Route, """{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true}""");
        var chunks = await OpenAIApp.ChunksAsync(answer);

        Assert.Equal("text/event-stream; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("no-cache", answer.Headers.CacheControl?.ToString());
        Assert.Equal("no", answer.Headers.GetValues("X-Accel-Buffering").Single());
        Assert.Equal(4, chunks.Count);
        Assert.Equal("""{"role":"assistant","content":"","refusal":null}""", Delta(chunks[0]).GetRawText());
        Assert.Equal("Hello \"é😀\"\n\u0001\\", string.Concat(chunks[1..3].Select(chunk => Delta(chunk).GetProperty("content").GetString())));
        Assert.Equal("{}", Delta(chunks[3]).GetRawText());
        Assert.Equal(["", "", "", "stop"], chunks.Select(chunk => chunk.GetProperty("choices")[0].GetProperty("finish_reason").GetString() ?? ""));
        Assert.All(chunks, chunk =>
        {
            Assert.Equal("chat.completion.chunk", chunk.GetProperty("object").GetString());
            Assert.Equal(chunks[0].GetProperty("id").GetString(), chunk.GetProperty("id").GetString());
            Assert.Equal(chunks[0].GetProperty("created").GetInt64(), chunk.GetProperty("created").GetInt64());
            Assert.Equal(chunks[0].GetProperty("system_fingerprint").GetString(), chunk.GetProperty("system_fingerprint").GetString());
            Assert.Equal("m", chunk.GetProperty("model").GetString());
            Assert.False(chunk.TryGetProperty("usage", out _));
        });
    }

    [Fact]
    public async Task V31_StreamedToolCalls_TellIdAndNameOnceAndEndWithToolCalls()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel(
            "Wait.",
            ScriptedStep.ToolCall("call_1", "get_weather", """{"ci"""),
            ScriptedStep.ToolArguments("""ty":"Rome"}"""),
            ScriptedStep.ToolCall("call_2", "now", index: 1)));

        var chunks = await OpenAIApp.ChunksAsync(await app.PostAsync(Route, $$"""{"model":"m","messages":[{"role":"user","content":"?"}],"stream":true,{{Tools}}}"""));

        Assert.Equal(
            [
                """{"role":"assistant","content":"","refusal":null}""",
                """{"content":"Wait."}""",
                """{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"get_weather","arguments":""}}]}""",
                """{"tool_calls":[{"index":0,"function":{"arguments":"{\"ci"}}]}""",
                """{"tool_calls":[{"index":0,"function":{"arguments":"ty\":\"Rome\"}"}}]}""",
                """{"tool_calls":[{"index":1,"id":"call_2","type":"function","function":{"name":"now","arguments":""}}]}""",
                """{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}""",
                "{}",
            ],
            chunks.Select(chunk => Delta(chunk).GetRawText()));
        Assert.Equal("tool_calls", chunks[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Failure_BeforeTheFirstEvent_IsAStatusAlsoOfAStream()
    {
        var model = new ScriptedChatModel("x");
        model.Calls.Failure = new InferenceException(InferenceErrorCode.QueueFull, "Full.") { RetryAfter = TimeSpan.FromMilliseconds(1500) };
        await using var app = await OpenAIApp.StartChatAsync(model, kestrel: true);

        var answer = await app.PostAsync(Route, """{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true}""");

        Assert.Equal((429, "queue_full", null), await OpenAIApp.FaultAsync(answer));
        Assert.Equal("2", answer.Headers.GetValues("Retry-After").Single());
        Assert.Equal("1500", answer.Headers.GetValues("retry-after-ms").Single());
    }

    private static JsonElement Delta(JsonElement chunk) => chunk.GetProperty("choices")[0].GetProperty("delta");
}
