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
    public async Task V08_IncludeUsage_ComesLastWithoutChoicesAndBeforeAsNull()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("a", "b"));
        const string Body = """{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":STREAM,"stream_options":OPTIONS}""";

        var whole = await TestApp.JsonAsync(await app.PostAsync(Route, Body.Replace("STREAM", "false", StringComparison.Ordinal).Replace("OPTIONS", "null", StringComparison.Ordinal)));
        var chunks = await OpenAIApp.ChunksAsync(await app.PostAsync(
            Route, Body.Replace("STREAM", "true", StringComparison.Ordinal).Replace("OPTIONS", """{"include_usage":true,"include_obfuscation":false}""", StringComparison.Ordinal)));

        Assert.Equal("[]", chunks[^1].GetProperty("choices").GetRawText());
        Assert.Equal(whole.GetProperty("usage").GetRawText(), chunks[^1].GetProperty("usage").GetRawText());
        Assert.All(chunks.SkipLast(1), chunk =>
        {
            Assert.Equal(JsonValueKind.Null, chunk.GetProperty("usage").ValueKind);
            Assert.Single(chunk.GetProperty("choices").EnumerateArray());
        });
    }

    [Fact]
    public async Task V11_ContinuousUsage_StandsInEveryChunkAndNeverFalls()
    {
        var usage = (int tokens) => ScriptedStep.Usage(new TokenUsage { PromptTokens = 5, CompletionTokens = tokens });
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel(usage(0), "a", usage(1), "b", usage(2), usage(1), "c", usage(3)));

        var chunks = await OpenAIApp.ChunksAsync(await app.PostAsync(
            Route, """{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true}}"""));

        Assert.Equal([0, 0, 1, 2, 3, 3], chunks.Select(chunk => chunk.GetProperty("usage").GetProperty("completion_tokens").GetInt32()));
        Assert.All(chunks, chunk => Assert.Equal(5, chunk.GetProperty("usage").GetProperty("prompt_tokens").GetInt32()));
    }

    [Fact]
    public async Task UnknownUsage_IsNotTold()
    {
        await using var app = await OpenAIApp.StartChatAsync(
            new ScriptedChatModel("a", ScriptedStep.Finish(FinishReason.Stop)) { CompletesAnswers = false });

        var whole = await TestApp.JsonAsync(await app.PostAsync(Route, """{"model":"m","messages":[{"role":"user","content":"Hi"}]}"""));
        var chunks = await OpenAIApp.ChunksAsync(await app.PostAsync(
            Route, """{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,"stream_options":{"include_usage":true}}"""));

        Assert.False(whole.TryGetProperty("usage", out _));
        Assert.Equal(3, chunks.Count);
    }

    [Fact]
    public async Task V17_SeveralChoices_ComeInOrderAndOneAChunk()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("a", "b", ScriptedStep.Finish(FinishReason.Length, 1)));

        var whole = await TestApp.JsonAsync(await app.PostAsync(Route, """{"model":"m","messages":[{"role":"user","content":"Hi"}],"n":3}"""));
        var chunks = await OpenAIApp.ChunksAsync(await app.PostAsync(Route, """{"model":"m","messages":[{"role":"user","content":"Hi"}],"n":2,"stream":true}"""));

        Assert.Equal([(0, "stop"), (1, "length"), (2, "stop")], whole.GetProperty("choices").EnumerateArray().Select(
            choice => (choice.GetProperty("index").GetInt32(), choice.GetProperty("finish_reason").GetString())));
        for (var i = 0; i < 2; i++)
        {
            var mine = chunks.Select(chunk => Assert.Single(chunk.GetProperty("choices").EnumerateArray()))
                .Where(choice => choice.GetProperty("index").GetInt32() == i).ToList();
            Assert.True(mine[0].GetProperty("delta").TryGetProperty("role", out _));
            Assert.Equal("ab", string.Concat(mine.Select(choice => choice.GetProperty("delta").TryGetProperty("content", out var text) ? text.GetString() : "")));
            Assert.Single(mine, choice => choice.GetProperty("finish_reason").ValueKind != JsonValueKind.Null);
        }
    }

    [Fact]
    public async Task V19_Logprobs_AreFiniteAndAlwaysArrays()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel(ScriptedStep.Text("é", logprobs:
        [
            new TokenLogprob("\uFFFD", float.NaN) { Bytes = new byte[] { 0xc3 } },
            new TokenLogprob("\uFFFD", float.NegativeInfinity) { Bytes = new byte[] { 0xa9 }, Top = [new TokenAlternative("x", 1e-7f)] },
        ])));
        const string Body = """{"model":"m","messages":[{"role":"user","content":"Hi"}],"logprobs":true,"top_logprobs":1,"stream":STREAM}""";

        var whole = await TestApp.JsonAsync(await app.PostAsync(Route, Body.Replace("STREAM", "false", StringComparison.Ordinal)));
        var chunks = await OpenAIApp.ChunksAsync(await app.PostAsync(Route, Body.Replace("STREAM", "true", StringComparison.Ordinal)));

        const string Expected = """
            {"content":[{"token":"�","logprob":-9999,"bytes":[195],"top_logprobs":[]},{"token":"�","logprob":-9999,"bytes":[169],"top_logprobs":[{"token":"x","logprob":0,"bytes":null}]}],"refusal":null}
            """;
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(Expected).RootElement, whole.GetProperty("choices")[0].GetProperty("logprobs")));
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(Expected).RootElement, chunks[1].GetProperty("choices")[0].GetProperty("logprobs")));
    }

    [Fact]
    public async Task V30_ToolCalls_HaveStringArgumentsAndNoContent()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel(
            ScriptedStep.ToolCall("call_1", "get_weather", """{"city":"Rome"}"""), ScriptedStep.ToolCall("call_2", "now", index: 1)));

        var json = await TestApp.JsonAsync(await app.PostAsync(Route, $$"""{"model":"m","messages":[{"role":"user","content":"?"}],{{Tools}}}"""));

        var choice = json.GetProperty("choices")[0];
        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(JsonValueKind.Null, choice.GetProperty("message").GetProperty("content").ValueKind);
        Assert.Equal(
            """[{"id":"call_1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Rome\"}"}},{"id":"call_2","type":"function","function":{"name":"now","arguments":"{}"}}]""",
            choice.GetProperty("message").GetProperty("tool_calls").GetRawText());
    }

    [Theory]
    [InlineData("\"auto\"", FinishReason.Stop, "tool_calls")]
    [InlineData("\"required\"", FinishReason.ToolCalls, "tool_calls")]
    [InlineData("\"auto\"", FinishReason.Length, "length")]
    [InlineData("\"auto\"", FinishReason.ContentFilter, "content_filter")]
    [InlineData("""{"type":"function","function":{"name":"now"}}""", FinishReason.ToolCalls, "stop")]
    public async Task V37_FinishReasonOfCalls_IsThatOfTheProtocol(string choice, FinishReason given, string expected)
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel(ScriptedStep.ToolCall("c", "now"), ScriptedStep.Finish(given)));
        var body = $$"""{"model":"m","messages":[{"role":"user","content":"?"}],{{Tools}},"tool_choice":{{choice}},"stream":STREAM}""";

        var whole = await TestApp.JsonAsync(await app.PostAsync(Route, body.Replace("STREAM", "false", StringComparison.Ordinal)));
        var chunks = await OpenAIApp.ChunksAsync(await app.PostAsync(Route, body.Replace("STREAM", "true", StringComparison.Ordinal)));

        Assert.Equal(expected, whole.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(expected, chunks[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task FinishReason_ToolCallsWithoutACall_IsStop()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("text", ScriptedStep.Finish(FinishReason.ToolCalls)));

        var json = await TestApp.JsonAsync(await app.PostAsync(Route, $$"""{"model":"m","messages":[{"role":"user","content":"?"}],{{Tools}}}"""));

        Assert.Equal("stop", json.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Functions_AreAnsweredWithAFunctionCall()
    {
        var model = new ScriptedChatModel(ScriptedStep.ToolCall("c", "now", "{}"));
        await using var app = await OpenAIApp.StartChatAsync(model);
        const string Body = """{"model":"m","messages":[{"role":"user","content":"?"}],"functions":[{"name":"now","parameters":{}}],"function_call":"auto","stream":STREAM}""";

        var whole = await TestApp.JsonAsync(await app.PostAsync(Route, Body.Replace("STREAM", "false", StringComparison.Ordinal)));
        var chunks = await OpenAIApp.ChunksAsync(await app.PostAsync(Route, Body.Replace("STREAM", "true", StringComparison.Ordinal)));

        Assert.Equal("now", Assert.Single(model.LastRequest!.Tools).Name);
        var choice = whole.GetProperty("choices")[0];
        Assert.Equal("function_call", choice.GetProperty("finish_reason").GetString());
        Assert.Equal("""{"name":"now","arguments":"{}"}""", choice.GetProperty("message").GetProperty("function_call").GetRawText());
        Assert.Equal(
            ["""{"function_call":{"name":"now","arguments":""}}""", """{"function_call":{"arguments":"{}"}}""", "{}"],
            chunks.Skip(1).Select(chunk => Delta(chunk).GetRawText()));
        Assert.Equal("function_call", chunks[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task ReasoningAndRefusal_HaveTheirOwnFields()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel(
            ScriptedStep.Reasoning("h"), ScriptedStep.Reasoning("m"), ScriptedStep.Refusal("No."), ScriptedStep.Finish(FinishReason.Stop, stop: new StopMatch { Text = "X" })));
        const string Body = """{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":STREAM}""";

        var whole = await TestApp.JsonAsync(await app.PostAsync(Route, Body.Replace("STREAM", "false", StringComparison.Ordinal)));
        var chunks = await OpenAIApp.ChunksAsync(await app.PostAsync(Route, Body.Replace("STREAM", "true", StringComparison.Ordinal)));

        Assert.Equal(
            """{"role":"assistant","content":null,"refusal":"No.","reasoning_content":"hm","reasoning":"hm","annotations":[]}""",
            whole.GetProperty("choices")[0].GetProperty("message").GetRawText());
        Assert.Equal("X", whole.GetProperty("choices")[0].GetProperty("stop_reason").GetString());
        Assert.Equal(
            ["""{"reasoning_content":"h","reasoning":"h"}""", """{"reasoning_content":"m","reasoning":"m"}""", """{"refusal":"No."}""", "{}"],
            chunks.Skip(1).Select(chunk => Delta(chunk).GetRawText()));
        Assert.Equal("X", chunks[^1].GetProperty("choices")[0].GetProperty("stop_reason").GetString());
    }

    [Fact]
    public async Task Stream_OfRandomScripts_IsTheWholeAnswerInPieces()
    {
        var random = new Random(20);
        for (var round = 0; round < 60; round++)
        {
            var model = new ScriptedChatModel([.. RandomScript(random)]);
            await using var app = await OpenAIApp.StartChatAsync(model);
            var choices = random.Next(1, 4);
            var body = $$"""{"model":"m","messages":[{"role":"user","content":"?"}],{{Tools}},"n":{{choices}},"logprobs":{{(round % 2 == 0 ? "true" : "false")}},"stream":STREAM}""";

            var whole = await TestApp.JsonAsync(await app.PostAsync(Route, body.Replace("STREAM", "false", StringComparison.Ordinal)));
            var chunks = await OpenAIApp.ChunksAsync(await app.PostAsync(Route, body.Replace("STREAM", "true", StringComparison.Ordinal)));

            PublishedSchema.Read("chat.completion").Check(whole);
            var schema = PublishedSchema.Read("chat.completion.chunk");
            chunks.ForEach(schema.Check);
            Assert.Equal(choices, whole.GetProperty("choices").GetArrayLength());
            foreach (var choice in whole.GetProperty("choices").EnumerateArray())
            {
                Assert.Equal(Describe(choice), Gather(chunks, choice.GetProperty("index").GetInt32()));
            }
        }
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

    private static IEnumerable<ScriptedStep> RandomScript(Random random)
    {
        string[] texts = ["a", "", "é", "😀", "\"", "\\", "\n\r\t\u0001", "\u2028", "日本", new string('x', 5000), "</script>&+"];
        for (var i = random.Next(8); i > 0; i--)
        {
            yield return random.Next(4) switch
            {
                0 => ScriptedStep.Reasoning(texts[random.Next(texts.Length)]),
                1 => ScriptedStep.Refusal(texts[random.Next(texts.Length)]),
                _ => ScriptedStep.Text(texts[random.Next(texts.Length)], random.Next(3) == 0 ? 0 : null),
            };
        }

        for (var call = 0; call < random.Next(3); call++)
        {
            yield return ScriptedStep.ToolCall($"call_{call}", random.Next(2) == 0 ? "now" : "get_weather", random.Next(2) == 0 ? "" : "{\"a\":", call);
            yield return ScriptedStep.ToolArguments(random.Next(2) == 0 ? "" : "\"é\"}", call);
        }

        if (random.Next(3) == 0)
        {
            yield return ScriptedStep.Finish((FinishReason)random.Next(4));
        }
    }

    private static string Describe(JsonElement choice)
    {
        var message = choice.GetProperty("message");
        var calls = message.TryGetProperty("tool_calls", out var list)
            ? string.Join(';', list.EnumerateArray().Select(call =>
                $"{call.GetProperty("id")} {call.GetProperty("function").GetProperty("name")} {call.GetProperty("function").GetProperty("arguments")}"))
            : "";
        var reasoning = message.TryGetProperty("reasoning_content", out var thought) ? thought.GetString() : "";
        return $"{message.GetProperty("content")}|{reasoning}|{message.GetProperty("refusal")}|{calls}|{choice.GetProperty("finish_reason")}";
    }

    private static string Gather(List<JsonElement> chunks, int index)
    {
        var (content, reasoning, refusal, finish) = ("", "", "", "");
        SortedDictionary<int, (string Head, string Arguments)> calls = [];
        foreach (var choice in chunks.Select(chunk => chunk.GetProperty("choices")[0]).Where(choice => choice.GetProperty("index").GetInt32() == index))
        {
            Assert.Equal("", finish);
            finish = choice.GetProperty("finish_reason").GetString() ?? "";
            var delta = choice.GetProperty("delta");
            content += delta.TryGetProperty("content", out var text) ? text.GetString() : "";
            reasoning += delta.TryGetProperty("reasoning_content", out var thought) ? thought.GetString() : "";
            refusal += delta.TryGetProperty("refusal", out var no) ? no.GetString() : "";
            if (delta.TryGetProperty("tool_calls", out var list))
            {
                var call = Assert.Single(list.EnumerateArray());
                var at = call.GetProperty("index").GetInt32();
                var function = call.GetProperty("function");
                var known = calls.TryGetValue(at, out var before) ? before : ($"{call.GetProperty("id")} {function.GetProperty("name")}", "");
                calls[at] = (known.Item1, known.Item2 + function.GetProperty("arguments").GetString());
            }
        }

        return $"{content}|{reasoning}|{refusal}|{string.Join(';', calls.Values.Select(call => $"{call.Head} {call.Arguments}"))}|{finish}";
    }

    private static JsonElement Delta(JsonElement chunk) => chunk.GetProperty("choices")[0].GetProperty("delta");
}
