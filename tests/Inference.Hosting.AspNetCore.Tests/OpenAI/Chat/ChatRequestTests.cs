// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI.Chat;

/// <summary>What requests may say and what becomes of it.</summary>
public sealed class ChatRequestTests
{
    private const string Route = "/v1/chat/completions";
    private const string Hi = """{"role":"user","content":"Hi"}""";
    private const string Tool = """{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}""";

    /// <summary>Fields beside model and messages, with what is wrong with them.</summary>
    public static TheoryData<string, string?, string?> Faults => new()
    {
        { """ "stream_options":{"include_usage":true} """, "invalid_value", "stream_options" },
        { """ "stop":["a",""] """, "invalid_value", "stop[1]" },
        { """ "stop":"" """, "invalid_value", "stop" },
        { """ "stop":5 """, "invalid_type", "stop" },
        { """ "stop":["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17"] """, "invalid_value", "stop" },
        { """ "temperature":2.1 """, "invalid_value", "temperature" },
        { """ "temperature":-0.1 """, "invalid_value", "temperature" },
        { """ "temperature":"x" """, "invalid_type", "temperature" },
        { """ "top_p":1.1 """, "invalid_value", "top_p" },
        { """ "top_k":-2 """, "invalid_value", "top_k" },
        { """ "min_p":2 """, "invalid_value", "min_p" },
        { """ "repetition_penalty":0 """, "invalid_value", "repetition_penalty" },
        { """ "frequency_penalty":3 """, "invalid_value", "frequency_penalty" },
        { """ "presence_penalty":-3 """, "invalid_value", "presence_penalty" },
        { """ "seed":9223372036854775808 """, "invalid_type", "seed" },
        { """ "seed":2.5 """, "invalid_type", "seed" },
        { """ "n":0 """, "invalid_value", "n" },
        { """ "n":9 """, "invalid_value", "n" },
        { """ "n":129 """, "invalid_value", "n" },
        { """ "max_tokens":0 """, "invalid_value", "max_tokens" },
        { """ "max_completion_tokens":0 """, "invalid_value", "max_completion_tokens" },
        { """ "min_tokens":6,"max_tokens":5 """, "invalid_value", "min_tokens" },
        { """ "top_logprobs":21,"logprobs":true """, "invalid_value", "top_logprobs" },
        { """ "top_logprobs":5 """, "invalid_value", "top_logprobs" },
        { """ "logit_bias":{"abc":1} """, "invalid_value", "logit_bias" },
        { """ "logit_bias":{"5":101} """, "invalid_value", "logit_bias.5" },
        { """ "logit_bias":{"257":1} """, "invalid_value", "logit_bias" },
        { """ "stop_token_ids":[256,257] """, "invalid_value", "stop_token_ids[1]" },
        { $$""" "tools":[{{Tool}},{{Tool}}] """, "invalid_value", "tools[1].function.name" },
        { """ "tools":[{"type":"custom","custom":{"name":"f"}}] """, "unsupported_parameter", "tools[0].type" },
        { """ "tools":[{"type":"function","function":{"name":"f f"}}] """, "invalid_value", "tools[0].function.name" },
        { """ "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"hiccup"}}}}}] """, "invalid_json_schema", "tools[0].function.parameters.properties.a.type" },
        { $$$""" "tools":[{{{Tool}}}],"tool_choice":{"type":"function","function":{"name":"g"}} """, "invalid_value", "tool_choice" },
        { $$""" "tools":[{{Tool}}],"tool_choice":"must" """, "invalid_value", "tool_choice" },
        { $$""" "tools":[{{Tool}}],"tool_choice":5 """, "invalid_type", "tool_choice" },
        { """ "tool_choice":"required" """, "invalid_value", "tool_choice" },
        { """ "tool_choice":"auto" """, "invalid_value", "tool_choice" },
        { """ "functions":[{"name":"f"}],"function_call":{"name":"g"} """, "invalid_value", "function_call" },
        { """ "response_format":{"type":"sound"} """, "invalid_value", "response_format.type" },
        { """ "response_format":{"type":"json_schema"} """, "missing_required_parameter", "response_format.json_schema" },
        { """ "response_format":{"type":"json_schema","json_schema":{"name":"n"}} """, "missing_required_parameter", "response_format.json_schema.schema" },
        { """ "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"hiccup"}}} """, "invalid_json_schema", "response_format.json_schema.schema.type" },
        { """ "response_format":{"type":"json_object"},"guided_regex":"a" """, "invalid_value", "guided_regex" },
        { """ "structured_outputs":{"regex":"a","choice":["b"]} """, "invalid_value", "structured_outputs.choice" },
        { """ "guided_choice":[] """, "invalid_value", "guided_choice" },
        { """ "guided_json":"{" """, "invalid_json_schema", "guided_json" },
        { """ "reasoning_effort":"hard" """, "invalid_value", "reasoning_effort" },
        { """ "truncate_prompt_tokens":0 """, "invalid_value", "truncate_prompt_tokens" },
        { """ "add_generation_prompt":true,"continue_final_message":true """, "invalid_value", "continue_final_message" },
        { """ "chat_template":"{{ x }}" """, "unsupported_parameter", "chat_template" },
        { """ "modalities":["text","audio"] """, "unsupported_parameter", "modalities" },
        { """ "audio":{"voice":"a"} """, "unsupported_parameter", "audio" },
        { """ "web_search_options":{} """, "unsupported_parameter", "web_search_options" },
        { """ "bad_words":["a"] """, "unsupported_parameter", "bad_words" },
        { """ "allowed_token_ids":[1] """, "unsupported_parameter", "allowed_token_ids" },
        { """ "prompt_logprobs":1 """, "unsupported_parameter", "prompt_logprobs" },
        { """ "use_beam_search":true """, "unsupported_parameter", "use_beam_search" },
        { """ "best_of":2 """, "unsupported_parameter", "best_of" },
        { """ "length_penalty":2 """, "unsupported_parameter", "length_penalty" },
        { """ "priority":1 """, "unsupported_parameter", "priority" },
        { """ "stream":"yes" """, "invalid_type", "stream" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Field_ThatIsWrong_IsNamed(string fields, string? code, string? parameter)
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("x"));

        var answer = await app.PostAsync(Route, $$"""{"model":"m","messages":[{{Hi}}],{{fields}}}""");

        Assert.Equal((400, code, parameter), await OpenAIApp.FaultAsync(answer));
        Assert.True((await app.PostAsync(Route, $$"""{"model":"m","messages":[{{Hi}}]}""")).IsSuccessStatusCode);
    }

    [Theory]
    [InlineData("", "missing_required_parameter", "messages")]
    [InlineData(""" "messages":null """, "missing_required_parameter", "messages")]
    [InlineData(""" "messages":[] """, "invalid_value", "messages")]
    [InlineData(""" "messages":"hi" """, "invalid_type", "messages")]
    [InlineData(""" "messages":[{}] """, "missing_required_parameter", "messages[0].role")]
    [InlineData(""" "messages":[{"role":5}] """, "invalid_type", "messages[0].role")]
    [InlineData(""" "messages":[{"role":"king","content":""}] """, "invalid_value", "messages[0].role")]
    [InlineData(""" "messages":[{"role":"user"}] """, "missing_required_parameter", "messages[0].content")]
    [InlineData(""" "messages":[{"role":"user","content":5}] """, "invalid_type", "messages[0].content")]
    [InlineData(""" "messages":[{"role":"user","content":[5]}] """, "invalid_type", "messages[0].content[0]")]
    [InlineData(""" "messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"video"}]}] """, "unsupported_content_type", "messages[0].content[1]")]
    [InlineData(""" "messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"file:///etc/passwd"}}]}] """, "invalid_value", "messages[0].content[0].image_url.url")]
    [InlineData(""" "messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,*"}}]}] """, "invalid_value", "messages[0].content[0].image_url.url")]
    [InlineData(""" "messages":[{"role":"system","content":[{"type":"image_url"}]}] """, "unsupported_content_type", "messages[0].content[0]")]
    [InlineData(""" "messages":[{"role":"tool","content":"a"}] """, "missing_required_parameter", "messages[0].tool_call_id")]
    [InlineData(""" "messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":{}}}]}] """, "invalid_type", "messages[0].tool_calls[0].function.arguments")]
    public async Task V24_BadMessages_AreNamed(string messages, string code, string parameter)
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("x"));

        var answer = await app.PostAsync(Route, messages.Length == 0 ? """{"model":"m"}""" : $$"""{"model":"m",{{messages}}}""");

        Assert.Equal((400, code, parameter), await OpenAIApp.FaultAsync(answer));
    }

    [Fact]
    public async Task V27_ImageForATextModel_IsRefusedByItsPlace()
    {
        var model = new ScriptedChatModel("x") { Info = new GenerationInfo { Features = GenerationFeatures.Tools } };
        await using var app = await OpenAIApp.StartChatAsync(model);

        var answer = await app.PostAsync(Route, """{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}]}""");

        Assert.Equal((400, "unsupported_content_type", "messages[0].content[1]"), await OpenAIApp.FaultAsync(answer));
    }

    [Theory]
    [InlineData("\"temperature\":0.5", "temperature")]
    [InlineData("\"n\":2", "n")]
    [InlineData("\"logprobs\":true", "logprobs")]
    [InlineData("\"response_format\":{\"type\":\"json_object\"}", "response_format")]
    [InlineData("\"guided_grammar\":\"x\"", "structured_outputs")]
    [InlineData("\"top_k\":5", "top_k")]
    [InlineData("\"reasoning_effort\":\"low\"", "reasoning_effort")]
    [InlineData("\"chat_template_kwargs\":{\"enable_thinking\":false}", "chat_template_kwargs")]
    public async Task Feature_ThatTheModelDoesNotDeclare_IsRefusedByName(string field, string parameter)
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("x") { Info = GenerationInfo.Default });

        var answer = await app.PostAsync(Route, $$"""{"model":"m","messages":[{{Hi}}],{{field}}}""");

        Assert.Equal((400, "unsupported_parameter", parameter), await OpenAIApp.FaultAsync(answer));
    }

    [Fact]
    public async Task Defaults_ThatAreSpelledOut_AreAskedOfNoModel()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("x") { Info = GenerationInfo.Default });

        var answer = await app.PostAsync(Route, $$"""
            {"model":"m","messages":[{{Hi}}],"temperature":1,"top_p":1.0,"n":1,"stream":false,"stream_options":null,"stop":[],"frequency_penalty":0,
             "presence_penalty":0,"logit_bias":{},"logprobs":false,"top_logprobs":null,"tools":[],"tool_choice":"auto","parallel_tool_calls":true,
             "response_format":{"type":"text"},"top_k":-1,"min_p":0,"repetition_penalty":1,"min_tokens":0,"skip_special_tokens":true,"best_of":1,
             "use_beam_search":false,"priority":0,"bad_words":[],"max_tokens":99999999999,"modalities":["text"],"audio":null}
            """);

        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task V25_UnknownAndIgnoredFields_AreIgnored()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("x") { Info = GenerationInfo.Default });

        var answer = await app.PostAsync(Route, """
            {"model":"m","messages":[{"role":"user","content":"Hi","cache_control":{"type":"ephemeral"}}],"user":"u","metadata":{"a":"b"},"store":true,
             "service_tier":"auto","safety_identifier":"s","prompt_cache_key":"k","prompt_cache_retention":"24h","verbosity":"low","prediction":{},
             "moderation":{},"spaces_between_special_tokens":false,"cache_salt":"x","what_is_this":[{}]}
            """);

        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Name_WithHalfASurrogatePair_IsAnUnknownField()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("x"));

        var answer = await app.PostAsync(Route, $$"""{"mo\ud800del":1,"\ud800":2,"model":"m","messages":[{{Hi}}]}""");

        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task EveryField_ReachesTheModel()
    {
        var model = new ScriptedChatModel("x");
        await using var app = await OpenAIApp.StartChatAsync(model, options: options => options.AllowChatTemplate = true);

        var answer = await app.PostAsync(Route, $$$$"""
            {"model":"m","messages":[{{{{Hi}}}}],"max_tokens":9,"max_completion_tokens":1e2,"temperature":0.5,"top_p":0.25,"n":2,"stop":"a","seed":-7,
             "frequency_penalty":0.5,"presence_penalty":-0.5,"logit_bias":{"5":-100},"logprobs":true,"top_logprobs":3,"tools":[{{{{Tool}}}}],
             "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"f"}}]}},
             "parallel_tool_calls":false,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":["integer","null"]}}},
             "reasoning_effort":"xhigh","top_k":4,"min_p":0.125,"repetition_penalty":1.5,"stop_token_ids":[3],"include_stop_str_in_output":true,
             "ignore_eos":true,"min_tokens":2,"skip_special_tokens":false,"truncate_prompt_tokens":-1,"chat_template_kwargs":{"enable_thinking":false},
             "chat_template":"t","add_generation_prompt":false,"continue_final_message":true}
            """);

        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var request = model.LastRequest!;
        Assert.Equal((100, 2, 2), (request.MaxTokens, request.ChoiceCount, request.MinTokens));
        var sampling = request.Sampling;
        Assert.Equal((0.5f, 0.25f, 4, 0.125f, 1.5f), (sampling.Temperature, sampling.TopP, sampling.TopK, sampling.MinP, sampling.RepetitionPenalty));
        Assert.Equal((0.5f, -0.5f, -7L), (sampling.FrequencyPenalty, sampling.PresencePenalty, sampling.Seed));
        Assert.Equal([(5, -100f)], sampling.LogitBias!.Select(bias => (bias.Key, bias.Value)));
        Assert.Equal(["a"], request.Stop);
        Assert.Equal([3], request.StopTokenIds);
        Assert.True(request.IncludeStopText && request.IgnoreEndToken && !request.SkipSpecialTokens && !request.ParallelToolCalls);
        Assert.Equal((3, ReasoningEffort.ExtraHigh), (request.TopLogprobs, request.ReasoningEffort));
        Assert.Equal(ToolChoiceMode.Required, request.ToolChoice.Mode);
        Assert.Equal(["f"], request.ToolChoice.Allowed);
        Assert.Equal((ResponseFormatKind.JsonSchema, "n"), (request.ResponseFormat.Kind, request.ResponseFormat.Name));
        Assert.Equal((null, TruncationSide.Left), (request.Truncation!.MaxTokens, request.Truncation.Side));
        Assert.Equal(["enable_thinking"], request.TemplateArguments!.Keys);
        Assert.Equal(("t", false, true), (request.Template, request.AddGenerationPrompt, request.ContinueFinalMessage));
    }

    [Fact]
    public async Task Messages_OfEveryRole_ReachTheModel()
    {
        var model = new ScriptedChatModel("x");
        await using var app = await OpenAIApp.StartChatAsync(model);

        var answer = await app.PostAsync(Route, """
            {"model":"m","messages":[
             {"role":"developer","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},
             {"role":"user","name":"ann","content":[{"type":"text","text":"see\ud83d"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AQI=","detail":"low"}},
               {"type":"input_audio","input_audio":{"data":"AwQ=","format":"wav"}},{"type":"file","file":{"file_id":"file-1","filename":"a.pdf"}}]},
             {"role":"assistant","reasoning_content":"hm","tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":""}}]},
             {"role":"tool","tool_call_id":"call_1","content":"42"},
             {"role":"assistant","content":null,"function_call":{"name":"g","arguments":"{\"a\":1}"}},
             {"role":"function","name":"g","content":"43"},
             {"role":"assistant","content":"done","refusal":null}]}
            """);

        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var messages = model.LastRequest!.Messages;
        Assert.Equal(
            [ChatRole.Developer, ChatRole.User, ChatRole.Assistant, ChatRole.Tool, ChatRole.Assistant, ChatRole.Tool, ChatRole.Assistant],
            messages.Select(message => message.Role));
        Assert.Equal(("ab", "see\uFFFD", "ann"), (messages[0].Text, messages[1].Text, messages[1].Name));
        var image = Assert.IsType<ImagePart>(messages[1].Content[1]);
        Assert.Equal(("image/png", "low", "0102"), (image.MediaType, image.Detail, Convert.ToHexString(image.Data.Span)));
        Assert.Equal("wav", Assert.IsType<AudioPart>(messages[1].Content[2]).Format);
        Assert.Equal(("file-1", "a.pdf"), (Assert.IsType<FilePart>(messages[1].Content[3]).FileId, ((FilePart)messages[1].Content[3]).FileName));
        Assert.Equal(("hm", new ChatToolCall("call_1", "f", "{}")), (messages[2].Reasoning, Assert.Single(messages[2].ToolCalls)));
        Assert.Equal(("call_1", "42"), (messages[3].ToolCallId, messages[3].Text));
        Assert.Equal(messages[4].ToolCalls[0].Id, messages[5].ToolCallId);
        Assert.Equal("done", messages[6].Text);
    }

    [Fact]
    public async Task Reasoning_ThatTheModelDoesNotWantBack_IsLeftOut()
    {
        var model = new ScriptedChatModel("x") { Info = GenerationInfo.Default };
        await using var app = await OpenAIApp.StartChatAsync(model);

        var answer = await app.PostAsync(Route, $$"""{"model":"m","messages":[{{Hi}},{"role":"assistant","content":"a","reasoning":"hm"},{{Hi}}]}""");

        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        Assert.All(model.LastRequest!.Messages, message => Assert.Null(message.Reasoning));
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}]}""", true, 200, "m")]
    [InlineData("""{"model":"gpt-4","messages":[{"role":"user","content":"Hi"}]}""", true, 200, "gpt-4")]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}]}""", false, 400, null)]
    [InlineData("""{"model":"gpt-4","messages":[{"role":"user","content":"Hi"}]}""", false, 404, null)]
    public async Task Model_ThatIsMissingOrUnknown_IsTheOnlyOneIfTheAppAllowsIt(string body, bool allowed, int status, string? model)
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("x"), options: options => options.AllowMissingModel = allowed);

        var answer = await app.PostAsync(Route, body);

        Assert.Equal(status, (int)answer.StatusCode);
        if (model is not null)
        {
            Assert.Equal(model, (await TestApp.JsonAsync(answer)).GetProperty("model").GetString());
        }
    }

    [Fact]
    public async Task Model_OfAnotherKind_IsRefusedWithTheRoutesItServes()
    {
        await using var app = await OpenAIApp.StartTextAsync(new ScriptedTextGenerator("x"));

        var answer = await app.PostAsync(Route, $$"""{"model":"m","messages":[{{Hi}}]}""");

        Assert.Equal((400, "model_not_supported", "model"), await OpenAIApp.FaultAsync(answer));
        Assert.Contains("/v1/completions", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_OfInvalidUtf8_Is400WithoutACode()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("x"));

        var answer = await app.PostAsync(Route, [.. Encoding.UTF8.GetBytes("""{"model":"m","x":""" + "\""), 0xff, (byte)'"', (byte)'}']);

        Assert.Equal((400, null, null), await OpenAIApp.FaultAsync(answer));
    }
}
