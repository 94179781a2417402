// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI.Responses;

public sealed class ResponsesTests
{
    private const string Tools = """
        "tools":[{"type":"function","name":"get_weather","description":"d","parameters":{"type":"object","properties":{"city":{"type":"string"}}},"strict":true},{"type":"function","name":"now"}]
        """;

    [Fact]
    public async Task Post_Text_AnswersAWholeResponse()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("Hel", "lo é\n"));

        var response = await app.ResponseAsync("\"input\":\"Hi\"");

        Assert.Matches("^resp_[A-Za-z0-9]{32}$", ResponsesApp.Text(response, "id"));
        Assert.Equal(("m", "completed", false), (ResponsesApp.Text(response, "model"), ResponsesApp.Text(response, "status"), response.GetProperty("store").GetBoolean()));
        var item = Assert.Single(response.GetProperty("output").EnumerateArray());
        Assert.Equal(("message", "assistant", "completed"), (ResponsesApp.Type(item), ResponsesApp.Text(item, "role"), ResponsesApp.Text(item, "status")));
        var part = Assert.Single(item.GetProperty("content").EnumerateArray());
        Assert.Equal("""{"type":"output_text","text":"Hello é\n","annotations":[],"logprobs":[]}""", part.GetRawText());
        var usage = response.GetProperty("usage");
        Assert.Equal(2, usage.GetProperty("output_tokens").GetInt32());
        Assert.Equal(usage.GetProperty("input_tokens").GetInt32() + 2, usage.GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task Post_AllFields_AreAskedForAndGivenBack()
    {
        var model = new ScriptedChatModel("ok");
        await using var app = await OpenAIApp.StartChatAsync(model);

        var response = await app.ResponseAsync("""
            "input":"Hi","instructions":"Be kind.","max_output_tokens":1e2,"temperature":0.5,"top_p":0.25,"parallel_tool_calls":false,"truncation":"auto",
            "tool_choice":{"type":"function","name":"now"},"reasoning":{"effort":"low","summary":"auto"},"metadata":{"a":"\ud800b"},"user":"u",
            "text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true}},
            "include":["message.output_text.logprobs","else"],"top_logprobs":3,"service_tier":"auto","store":true,"unknown":[1],
            """ + Tools);

        var request = model.LastRequest!;
        Assert.Equal([(ChatRole.System, "Be kind."), (ChatRole.User, "Hi")], request.Messages.Select(message => (message.Role, message.Text)));
        Assert.Equal((100, 0.5f, 0.25f, 3), (request.MaxTokens, request.Sampling.Temperature, request.Sampling.TopP, request.TopLogprobs));
        Assert.Equal((false, TruncationSide.Left, ReasoningEffort.Low), (request.ParallelToolCalls, request.Truncation?.Side, request.ReasoningEffort));
        Assert.Equal((ToolChoiceMode.Named, "now", ResponseFormatKind.JsonSchema), (request.ToolChoice.Mode, request.ToolChoice.Name, request.ResponseFormat.Kind));
        Assert.Equal(["get_weather", "now"], request.Tools.Select(tool => tool.Name));
        Assert.Equal("""{"a":"�b"}""", response.GetProperty("metadata").GetRawText());
        Assert.Equal("""{"type":"function","name":"now"}""", response.GetProperty("tool_choice").GetRawText());
        Assert.Equal("""{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true}""", response.GetProperty("text").GetProperty("format").GetRawText());
        Assert.Equal(("Be kind.", "auto", "u"), (ResponsesApp.Text(response, "instructions"), ResponsesApp.Text(response, "truncation"), ResponsesApp.Text(response, "user")));
        Assert.Equal(("low", 100), (ResponsesApp.Text(response.GetProperty("reasoning"), "effort"), response.GetProperty("max_output_tokens").GetInt32()));
        Assert.Equal([true, false], response.GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("strict").GetBoolean()));
        var token = response.GetProperty("output")[0].GetProperty("content")[0].GetProperty("logprobs")[0];
        Assert.Equal(("ok", 3), (ResponsesApp.Text(token, "token"), token.GetProperty("top_logprobs").GetArrayLength()));
    }

    [Fact]
    public async Task Post_ReasoningTextAndCalls_AreItemsInThatOrder()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel(
            ScriptedStep.Reasoning("Hm."), "So: ", ScriptedStep.ToolCall("call_1", "get_weather", """{"city":"Bern"}"""), ScriptedStep.ToolCall("", "now", index: 1)));

        var output = (await app.ResponseAsync("\"input\":\"Hi\"," + Tools)).GetProperty("output");

        Assert.Equal(["reasoning", "message", "function_call", "function_call"], output.EnumerateArray().Select(ResponsesApp.Type));
        Assert.Equal("""[{"type":"reasoning_text","text":"Hm."}]""", output[0].GetProperty("content").GetRawText());
        Assert.Equal(("call_1", """{"city":"Bern"}"""), (ResponsesApp.Text(output[2], "call_id"), ResponsesApp.Text(output[2], "arguments")));
        Assert.Matches("^call_[A-Za-z0-9]{24}$", ResponsesApp.Text(output[3], "call_id"));
        Assert.Equal("{}", ResponsesApp.Text(output[3], "arguments"));
        Assert.Equal(4, output.EnumerateArray().Select(item => ResponsesApp.Text(item, "id")).Distinct().Count());
    }

    [Theory]
    [InlineData(FinishReason.Length, "incomplete", "max_output_tokens")]
    [InlineData(FinishReason.ContentFilter, "incomplete", "content_filter")]
    [InlineData(FinishReason.Stop, "completed", null)]
    public async Task Post_AnswerThatEnds_SaysWhetherItIsWhole(FinishReason reason, string status, string? why)
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("a", ScriptedStep.Finish(reason)));

        var whole = await app.ResponseAsync("\"input\":\"Hi\"");
        var streamed = (await app.StreamAsync("\"input\":\"Hi\""))[^1];

        Assert.Equal("response." + status, ResponsesApp.Type(streamed));
        PublishedSchema.Read("response").Check(streamed.GetProperty("response"));
        foreach (var response in (JsonElement[])[whole, streamed.GetProperty("response")])
        {
            Assert.Equal(status, ResponsesApp.Text(response, "status"));
            Assert.Equal(status, ResponsesApp.Text(response.GetProperty("output")[0], "status"));
            Assert.Equal(why is null, response.GetProperty("completed_at").ValueKind == JsonValueKind.Number);
            Assert.Equal(why, why is null ? null : ResponsesApp.Text(response.GetProperty("incomplete_details"), "reason"));
        }
    }

    [Theory]
    [InlineData("\"input\":null", "missing_required_parameter", "input")]
    [InlineData("\"input\":5", "invalid_type", "input")]
    [InlineData("\"input\":[]", "invalid_value", "input")]
    [InlineData("\"input\":[5]", "invalid_type", "input[0]")]
    [InlineData("""  "input":[{"role":"user"}] """, "missing_required_parameter", "input[0].content")]
    [InlineData("""  "input":[{"role":"robot","content":"a"}] """, "invalid_value", "input[0].role")]
    [InlineData("""  "input":[{"type":"web_search_call","id":"ws_1"}] """, "unsupported_parameter", "input[0].type")]
    [InlineData("""  "input":[{"role":"user","content":[{"type":"input_video"}]}] """, "unsupported_content_type", "input[0].content[0]")]
    [InlineData("""  "input":[{"role":"system","content":[{"type":"input_image","image_url":"http://a"}]}] """, "unsupported_content_type", "input[0].content[0]")]
    [InlineData("""  "input":[{"type":"function_call","name":"f"}] """, "missing_required_parameter", "input[0].call_id")]
    [InlineData("""  "input":[{"type":"function_call_output","call_id":"c"}] """, "missing_required_parameter", "input[0].output")]
    [InlineData("""  "input":[{"type":"item_reference","id":"msg_1"}] """, "invalid_value", "input[0].id")]
    [InlineData("""  "input":"a","previous_response_id":"resp_1" """, "unsupported_parameter", "previous_response_id")]
    [InlineData("""  "input":"a","background":true """, "unsupported_parameter", "background")]
    [InlineData("""  "input":"a","conversation":"conv_1" """, "unsupported_parameter", "conversation")]
    [InlineData("""  "input":"a","prompt":{"id":"pmpt_1"} """, "unsupported_parameter", "prompt")]
    [InlineData("""  "input":"a","tools":[{"type":"file_search"}] """, "unsupported_parameter", "tools[0].type")]
    [InlineData("""  "input":"a","tools":[{"type":"function","name":"a b"}] """, "invalid_value", "tools[0].name")]
    [InlineData("""  "input":"a","tool_choice":{"type":"function","name":"f"} """, "invalid_value", "tool_choice")]
    [InlineData("""  "input":"a","max_output_tokens":0 """, "invalid_value", "max_output_tokens")]
    [InlineData("""  "input":"a","temperature":3 """, "invalid_value", "temperature")]
    [InlineData("""  "input":"a","top_logprobs":21 """, "invalid_value", "top_logprobs")]
    [InlineData("""  "input":"a","truncation":"some" """, "invalid_value", "truncation")]
    [InlineData("""  "input":"a","reasoning":{"effort":"much"} """, "invalid_value", "reasoning.effort")]
    [InlineData("""  "input":"a","metadata":{"a":5} """, "invalid_type", "metadata")]
    [InlineData("""  "input":"a","text":{"format":{"type":"xml"}} """, "invalid_value", "text.format.type")]
    [InlineData("""  "input":"a","text":{"format":{"type":"json_schema","name":"n","schema":{"type":"odd"}}} """, "invalid_json_schema", "text.format.schema.type")]
    public async Task Post_BadRequest_NamesTheField(string fields, string code, string parameter)
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("never"));

        Assert.Equal((400, code, parameter), await OpenAIApp.FaultAsync(await app.RespondAsync(fields)));
        Assert.Equal((400, code, parameter), await OpenAIApp.FaultAsync(await app.RespondAsync(fields + ",\"stream\":true")));
    }

    [Theory]
    [InlineData("""  "text":{"format":{"type":"json_object"}} """, "text.format")]
    [InlineData("""  "reasoning":{"effort":"low"} """, "reasoning.effort")]
    [InlineData("""  "truncation":"auto" """, "truncation")]
    [InlineData("""  "include":["message.output_text.logprobs"] """, "include")]
    [InlineData("""  "temperature":0.5 """, "temperature")]
    public async Task Post_WhatTheModelDoesNotDeclare_IsRefusedByThisRoutesName(string field, string parameter)
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("never") { Info = GenerationInfo.Default });

        var answer = await app.RespondAsync("\"input\":\"a\"," + field);

        Assert.Equal((400, "unsupported_parameter", parameter), await OpenAIApp.FaultAsync(answer));
        Assert.Contains($"'{parameter}'", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_FaultOfTheModel_IsNamedAsThisRouteDoes()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel(ScriptedStep.Fail(
            new InferenceException(InferenceErrorCode.InvalidInput, "Too long.") { Parameter = "messages", Reason = InferenceErrorReasons.ContextLengthExceeded })));

        Assert.Equal((400, "context_length_exceeded", "input"), await OpenAIApp.FaultAsync(await app.RespondAsync("\"input\":\"a\"")));
        Assert.Equal((400, "context_length_exceeded", "input"), await OpenAIApp.FaultAsync(await app.RespondAsync("\"input\":\"a\",\"stream\":true")));
    }

    [Fact]
    public async Task Post_ModelOfAnotherKind_IsRefused()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("never"));

        Assert.Equal(
            (400, "model_not_supported", "model"),
            await OpenAIApp.FaultAsync(await app.PostAsync(ResponsesApp.Route, """{"model":"tensors","input":"a"}""")));
    }
}
