// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI.Completions;

public sealed class CompletionsTests
{
    private const string Route = "/v1/completions";

    [Fact]
    public async Task V42_StringPrompt_HasSixteenTokensByDefault()
    {
        var model = new ScriptedTextGenerator("a", "é\n");
        await using var app = await OpenAIApp.StartTextAsync(model);

        var json = await TestApp.JsonAsync(await app.PostAsync(Route, """{"model":"m","prompt":"Hi","max_tokens":null}"""));

        PublishedSchema.Read("text_completion").Check(json);
        Assert.Matches("^cmpl-[A-Za-z0-9]{32}$", json.GetProperty("id").GetString());
        Assert.Equal((16, true), (model.LastRequest!.MaxTokens, model.LastRequest.AddSpecialTokens));
        var choice = Assert.Single(json.GetProperty("choices").EnumerateArray());
        Assert.Equal("""{"index":0,"text":"aé\n","logprobs":null,"finish_reason":"stop"}""", choice.GetRawText());
        Assert.Equal(4, json.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Theory]
    [InlineData("[72,105]", 1)]
    [InlineData("[[72],[105]]", 2)]
    [InlineData("[\"a\",\"b\"]", 2)]
    public async Task V42_Prompts_OfAnyForm_HaveChoicesInOrder(string prompt, int prompts)
    {
        var model = new ScriptedTextGenerator(request => Enumerable.Range(0, request.Prompts.Count * request.ChoiceCount)
            .Select(choice => ScriptedStep.Text($"c{choice}", choice)));
        await using var app = await OpenAIApp.StartTextAsync(model);

        var json = await TestApp.JsonAsync(await app.PostAsync(Route, $$"""{"model":"m","prompt":{{prompt}},"n":2}"""));

        Assert.Equal(
            Enumerable.Range(0, prompts * 2).Select(i => (i, $"c{i}")),
            json.GetProperty("choices").EnumerateArray().Select(choice => (choice.GetProperty("index").GetInt32(), choice.GetProperty("text").GetString()!)));
    }

    [Fact]
    public async Task V42_Logprobs_StandInListsSideBySide()
    {
        await using var app = await OpenAIApp.StartTextAsync(new ScriptedTextGenerator(
            ScriptedStep.Text("😀b", logprobs:
            [
                new TokenLogprob("😀", null),
                new TokenLogprob("b", -1f) { Top = [new TokenAlternative("a", -0.5f), new TokenAlternative("a", -2f)] },
            ]),
            ScriptedStep.Text("c", logprobs: [new TokenLogprob("c", float.NaN) { Top = [new TokenAlternative("c", -0.25f)] }])));
        const string Body = """{"model":"m","prompt":"p","logprobs":2,"stream":STREAM}""";

        var whole = await TestApp.JsonAsync(await app.PostAsync(Route, Body.Replace("STREAM", "false", StringComparison.Ordinal)));
        var chunks = await OpenAIApp.ChunksAsync(await app.PostAsync(Route, Body.Replace("STREAM", "true", StringComparison.Ordinal)));

        Assert.Equal(
            """{"text_offset":[0,1,2],"token_logprobs":[null,-1,-9999],"tokens":["x","b","c"],"top_logprobs":[null,{"a":-0.5,"b":-1},{"c":-0.25}]}""",
            JsonSerializer.Serialize(whole.GetProperty("choices")[0].GetProperty("logprobs")).Replace("\\uD83D\\uDE00", "x", StringComparison.OrdinalIgnoreCase));
        Assert.Equal([2], chunks[1].GetProperty("choices")[0].GetProperty("logprobs").GetProperty("text_offset").EnumerateArray().Select(offset => offset.GetInt32()));
    }

    [Fact]
    public async Task V42_LogprobsZero_TellTheChosenTokenOnly()
    {
        await using var app = await OpenAIApp.StartTextAsync(new ScriptedTextGenerator("a", "b"));

        var json = await TestApp.JsonAsync(await app.PostAsync(Route, """{"model":"m","prompt":"p","logprobs":0}"""));

        Assert.Equal(
            """[{"a":-0.5},{"b":-0.5}]""", json.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("top_logprobs").GetRawText());
    }

    [Fact]
    public async Task V42_EchoWithoutTokens_GivesThePromptBack()
    {
        await using var app = await OpenAIApp.StartTextAsync(new ScriptedTextGenerator("never"));

        var json = await TestApp.JsonAsync(await app.PostAsync(Route, """{"model":"m","prompt":"Once","max_tokens":0,"echo":true}"""));

        var choice = json.GetProperty("choices")[0];
        Assert.Equal(("Once", "length"), (choice.GetProperty("text").GetString(), choice.GetProperty("finish_reason").GetString()));
    }

    [Fact]
    public async Task Stream_HasOneChoiceAChunkAndEndsAsAChatDoes()
    {
        await using var app = await OpenAIApp.StartTextAsync(new ScriptedTextGenerator("a", "b"), kestrel: true);

        var answer = await app.PostAsync(Route, """{"model":"m","prompt":["p","q"],"stream":true,"stream_options":{"include_usage":true}}""");
        var chunks = await OpenAIApp.ChunksAsync(answer);

        var schema = PublishedSchema.Read("text_completion.chunk");
        chunks.ForEach(schema.Check);
        Assert.Equal("text/event-stream; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("[]", chunks[^1].GetProperty("choices").GetRawText());
        Assert.Equal(4, chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        for (var i = 0; i < 2; i++)
        {
            var mine = chunks.SkipLast(1).Select(chunk => chunk.GetProperty("choices")[0]).Where(choice => choice.GetProperty("index").GetInt32() == i).ToList();
            Assert.Equal("ab", string.Concat(mine.Select(choice => choice.GetProperty("text").GetString())));
            Assert.Equal([null, null, "stop"], mine.Select(choice => choice.GetProperty("finish_reason").GetString()));
        }
    }

    [Theory]
    [InlineData("", "missing_required_parameter", "prompt")]
    [InlineData(""" "prompt":null """, "missing_required_parameter", "prompt")]
    [InlineData(""" "prompt":"" """, "invalid_value", "prompt")]
    [InlineData(""" "prompt":[] """, "invalid_value", "prompt")]
    [InlineData(""" "prompt":["a",""] """, "invalid_value", "prompt[1]")]
    [InlineData(""" "prompt":[257] """, "invalid_value", "prompt")]
    [InlineData(""" "prompt":["a","b","c"] """, "invalid_value", "prompt")]
    [InlineData(""" "prompt":"a","max_tokens":0 """, "invalid_value", "max_tokens")]
    [InlineData(""" "prompt":"a","logprobs":21 """, "invalid_value", "logprobs")]
    [InlineData(""" "prompt":"a","logprobs":true """, "invalid_type", "logprobs")]
    [InlineData(""" "prompt":"a","best_of":2 """, "unsupported_parameter", "best_of")]
    [InlineData(""" "prompt":"a","n":9 """, "invalid_value", "n")]
    [InlineData(""" "prompt":"a","min_tokens":17 """, "invalid_value", "min_tokens")]
    [InlineData(""" "prompt":"a","stream_options":{} """, "invalid_value", "stream_options")]
    public async Task Field_ThatIsWrong_IsNamed(string fields, string code, string parameter)
    {
        await using var app = await OpenAIApp.StartTextAsync(new ScriptedTextGenerator("x"), options: options => options.MaxPrompts = 2);

        var answer = await app.PostAsync(Route, fields.Length == 0 ? """{"model":"m"}""" : $$"""{"model":"m",{{fields}}}""");

        Assert.Equal((400, code, parameter), await OpenAIApp.FaultAsync(answer));
    }

    [Fact]
    public async Task Suffix_ForAModelThatCannotFillIn_IsRefused()
    {
        await using var app = await OpenAIApp.StartTextAsync(new ScriptedTextGenerator("x") { Info = GenerationInfo.Default });

        var answer = await app.PostAsync(Route, """{"model":"m","prompt":"a","suffix":"b"}""");

        Assert.Equal((400, "unsupported_parameter", "suffix"), await OpenAIApp.FaultAsync(answer));
    }
}
