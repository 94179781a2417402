// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI.Responses;

public sealed class ResponseStreamTests
{
    private const string Input = """
        "input":"Hi","tools":[{"type":"function","name":"f"},{"type":"function","name":"g"}]
        """;

    [Fact]
    public async Task Post_TextStream_SendsTheEventsInOrder()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("Hel", "lo\n😀"));

        var events = await app.StreamAsync("\"input\":\"Hi\"");

        Assert.Equal(
            [
                "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added", "response.output_text.delta",
                "response.output_text.delta", "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed",
            ],
            events.Select(ResponsesApp.Type));
        Assert.Equal(("in_progress", 0), (ResponsesApp.Text(events[0].GetProperty("response"), "status"), events[0].GetProperty("response").GetProperty("output").GetArrayLength()));
        PublishedSchema.Read("response").Check(events[0].GetProperty("response"));
        Assert.Equal("""{"type":"output_text","text":"","annotations":[],"logprobs":[]}""", events[3].GetProperty("part").GetRawText());
        Assert.Equal(["Hel", "lo\n😀"], events[4..6].Select(step => ResponsesApp.Text(step, "delta")));
        Assert.Equal("Hello\n😀", ResponsesApp.Text(events[6], "text"));
        var id = ResponsesApp.Text(events[2].GetProperty("item"), "id");
        Assert.All(events[3..8], step => Assert.Equal((id, 0, 0), (ResponsesApp.Text(step, "item_id"), step.GetProperty("output_index").GetInt32(), step.GetProperty("content_index").GetInt32())));
        var response = events[^1].GetProperty("response");
        PublishedSchema.Read("response").Check(response);
        Assert.Equal(events[8].GetProperty("item").GetRawText(), response.GetProperty("output")[0].GetRawText());
        Assert.Equal(2, response.GetProperty("usage").GetProperty("output_tokens").GetInt32());
    }

    [Fact]
    public async Task Post_ReasoningTextRefusalAndCalls_OpenAndCloseOneAfterAnother()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel(
            ScriptedStep.Reasoning("Hm."),
            "So",
            ScriptedStep.Refusal("No."),
            ScriptedStep.ToolCall("call_1", "f"),
            ScriptedStep.ToolArguments("{\"a\":"),
            ScriptedStep.ToolArguments("1}"),
            ScriptedStep.ToolCall("call_2", "g", index: 1)));

        var events = await app.StreamAsync(Input);

        Assert.Equal(
            [
                "response.created", "response.in_progress",
                "response.output_item.added", "response.content_part.added", "response.reasoning_text.delta", "response.reasoning_text.done",
                "response.content_part.done", "response.output_item.done",
                "response.output_item.added", "response.content_part.added", "response.output_text.delta", "response.output_text.done",
                "response.content_part.done", "response.content_part.added", "response.refusal.delta", "response.refusal.done",
                "response.content_part.done", "response.output_item.done",
                "response.output_item.added", "response.function_call_arguments.delta", "response.function_call_arguments.delta",
                "response.function_call_arguments.done", "response.output_item.done",
                "response.output_item.added", "response.function_call_arguments.done", "response.output_item.done",
                "response.completed",
            ],
            events.Select(ResponsesApp.Type));
        Assert.Equal(("f", "{\"a\":1}"), (ResponsesApp.Text(events[21], "name"), ResponsesApp.Text(events[21], "arguments")));
        Assert.Equal(("", "in_progress"), (ResponsesApp.Text(events[23].GetProperty("item"), "arguments"), ResponsesApp.Text(events[23].GetProperty("item"), "status")));
        Assert.Equal("{}", ResponsesApp.Text(events[24], "arguments"));
        Assert.Equal([1, 1], [events[13].GetProperty("content_index").GetInt32(), events[14].GetProperty("content_index").GetInt32()]);
        PublishedSchema.Read("response").Check(events[^1].GetProperty("response"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public async Task Post_AnyScript_KeepsTheRulesOfTheStream(int seed)
    {
        var random = new Random(seed);
        for (var run = 0; run < 10; run++)
        {
            var script = RandomScript(random);
            await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel(script));

            CheckRules(await app.StreamAsync(Input));
        }
    }

    [Fact]
    public async Task Post_AnswerWithoutAWord_IsAnEmptyMessageBothWays()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel(ScriptedStep.Finish(FinishReason.Stop)));

        var whole = (await app.ResponseAsync("\"input\":\"Hi\"")).GetProperty("output")[0];
        var events = await app.StreamAsync("\"input\":\"Hi\"");
        CheckRules(events);

        var streamed = events[^1].GetProperty("response").GetProperty("output")[0];
        Assert.Equal(("", ""), (ResponsesApp.Text(whole.GetProperty("content")[0], "text"), ResponsesApp.Text(streamed.GetProperty("content")[0], "text")));
    }

    [Fact]
    public async Task Post_StreamThatBreaks_EndsWithAnErrorAndABrokenConnection()
    {
        await using var app = await OpenAIApp.StartChatAsync(
            new ScriptedChatModel("Half", ScriptedStep.Fail(new InferenceException(InferenceErrorCode.EngineFailed, "The engine broke."))), kestrel: true);
        using var request = new HttpRequestMessage(HttpMethod.Post, ResponsesApp.Route) { Content = new StringContent("""{"model":"m","input":"Hi","stream":true}""") };

        using var answer = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var received = new MemoryStream();
        await Assert.ThrowsAsync<HttpIOException>(async () => await (await answer.Content.ReadAsStreamAsync()).CopyToAsync(received));

        var error = ResponsesApp.Events(Encoding.UTF8.GetString(received.ToArray()))[^1];
        Assert.Equal(("error", "The engine broke."), (ResponsesApp.Type(error), ResponsesApp.Text(error, "message")));
        Assert.Equal(JsonValueKind.Null, error.GetProperty("param").ValueKind);
        Assert.NotEmpty(ResponsesApp.Text(error, "code"));
    }

    [Fact]
    public async Task Post_StreamThatGoesBackToACall_IsAFailure()
    {
        await using var app = await OpenAIApp.StartChatAsync(
            new ScriptedChatModel(ScriptedStep.ToolCall("call_1", "f"), "text", ScriptedStep.ToolArguments("{}")), kestrel: true);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => app.StreamAsync(Input));
    }

    [Fact]
    public async Task Post_StreamThatNeverFinishes_IsAFailure()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("Half") { CompletesAnswers = false }, kestrel: true);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => app.StreamAsync("\"input\":\"Hi\""));
    }

    // What the accumulators of clients insist on.
    private static void CheckRules(List<JsonElement> events)
    {
        Assert.Equal("response.created", ResponsesApp.Type(events[0]));
        Assert.Equal("response.completed", ResponsesApp.Type(events[^1]));
        List<string> ids = [];
        string? open = null;
        var items = 0;
        var parts = 0;
        var isPartOpen = false;
        var text = "";
        foreach (var step in events[2..^1])
        {
            switch (ResponsesApp.Type(step))
            {
                case "response.output_item.added":
                    Assert.Null(open);
                    Assert.Equal(items++, step.GetProperty("output_index").GetInt32());
                    open = ResponsesApp.Text(step.GetProperty("item"), "id");
                    Assert.DoesNotContain(open, ids);
                    ids.Add(open);
                    (parts, text) = (0, "");
                    break;
                case "response.output_item.done":
                    Assert.False(isPartOpen);
                    Assert.Equal(open, ResponsesApp.Text(step.GetProperty("item"), "id"));
                    open = null;
                    break;
                case "response.content_part.added":
                    Assert.False(isPartOpen);
                    Assert.Equal((open, parts++), (ResponsesApp.Text(step, "item_id"), step.GetProperty("content_index").GetInt32()));
                    (isPartOpen, text) = (true, "");
                    break;
                case "response.content_part.done":
                    Assert.True(isPartOpen);
                    isPartOpen = false;
                    break;
                case var type when type.EndsWith(".delta", StringComparison.Ordinal):
                    Assert.Equal(open, ResponsesApp.Text(step, "item_id"));
                    Assert.Equal(!type.StartsWith("response.function", StringComparison.Ordinal), isPartOpen);
                    text += ResponsesApp.Text(step, "delta");
                    break;
                case var type:
                    var whole = type.StartsWith("response.function", StringComparison.Ordinal) ? "arguments" : type.StartsWith("response.refusal", StringComparison.Ordinal) ? "refusal" : "text";
                    Assert.EndsWith(".done", type, StringComparison.Ordinal);
                    Assert.Equal(text.Length == 0 && whole == "arguments" ? "{}" : text, ResponsesApp.Text(step, whole));
                    break;
            }
        }

        Assert.Null(open);
        var response = events[^1].GetProperty("response");
        PublishedSchema.Read("response").Check(response);
        Assert.Equal(ids, response.GetProperty("output").EnumerateArray().Select(item => ResponsesApp.Text(item, "id")));
    }

    private static ScriptedStep[] RandomScript(Random random)
    {
        List<ScriptedStep> steps = [];
        var calls = 0;
        var isCalling = false;
        for (var i = random.Next(1, 12); i > 0; i--)
        {
            var kind = random.Next(6);
            steps.Add(kind switch
            {
                0 => ScriptedStep.Reasoning("r" + i),
                1 => ScriptedStep.Refusal("n" + i),
                2 => ScriptedStep.ToolCall("call_" + calls, "f", "", calls++),
                3 when isCalling => ScriptedStep.ToolArguments("[]", calls - 1),
                _ => "t" + i,
            });
            isCalling = kind == 2 || (kind == 3 && isCalling);
        }

        return [.. steps];
    }
}
