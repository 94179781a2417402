// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI.Texts;

public sealed class EmbeddingsEndpointTests
{
    [Theory]
    [InlineData("\"abc\"", 1, 3)]
    [InlineData("""["abc","de","abc"]""", 3, 8)]
    [InlineData("[97,98,99]", 1, 3)]
    [InlineData("[[97,98,99],[100,1e2]]", 2, 5)]
    [InlineData("[[97.0,98],\"de\"]", 2, 4)]
    public async Task V43_Input_AnyForm_CountsOrderUnitNormUsage(string input, int count, int tokens)
    {
        await using var app = await TextApp.StartAsync();

        var json = await app.PostAsync("/v1/embeddings", $$"""{"model":"e","input":{{input}}}""", "Embeddings");

        Assert.Equal(count, json.GetProperty("data").GetArrayLength());
        Assert.Equal(Enumerable.Range(0, count), json.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("index").GetInt32()));
        Assert.All(json.GetProperty("data").EnumerateArray(), item => Assert.Equal(1, Vector(item).Sum(value => value * value), 1e-5));
        Assert.Equal(tokens, json.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(tokens, json.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task V44_Base64_AsFloats_WithoutEscapes()
    {
        await using var app = await TextApp.StartAsync();
        var inputs = JsonSerializer.Serialize(Enumerable.Range(0, 100).Select(i => $"text {i}"));

        var floats = await app.PostAsync("/v1/embeddings", $$"""{"model":"e","input":{{inputs}}}""", "Embeddings");
        var raw = await (await app.App.PostAsync("/v1/embeddings", $$"""{"model":"e","input":{{inputs}},"encoding_format":"base64"}""")).Content.ReadAsStringAsync();

        Assert.DoesNotContain("\\u002B", raw, StringComparison.Ordinal);
        Assert.Contains("+", raw, StringComparison.Ordinal);
        var base64 = JsonDocument.Parse(raw).RootElement;
        Schemas.TextSchemas.Check("Embeddings", base64);
        for (var i = 0; i < 100; i++)
        {
            var bytes = base64.GetProperty("data")[i].GetProperty("embedding").GetBytesFromBase64();
            Assert.Equal(Vector(floats.GetProperty("data")[i]), Enumerable.Range(0, 8).Select(at => BitConverter.ToSingle(bytes, at * 4)));
        }
    }

    [Theory]
    [InlineData("\"input\":[]", "invalid_value", "input")]
    [InlineData("\"input\":\"\"", "invalid_value", "input")]
    [InlineData("\"input\":null", "missing_required_parameter", "input")]
    [InlineData("\"input\":{}", "invalid_type", "input")]
    [InlineData("\"input\":[1,\"a\"]", "invalid_type", "input[1]")]
    [InlineData("\"input\":[[]]", "invalid_value", "input[0]")]
    [InlineData("\"input\":[[1],[2,2.5]]", "invalid_type", "input[1][1]")]
    [InlineData("\"input\":[[1],[2,-1]]", "invalid_value", "input[1][1]")]
    [InlineData("\"input\":[[1],[2,257]]", "invalid_value", "input[1][1]")]
    [InlineData("\"input\":[300]", "invalid_value", "input[0]")]
    [InlineData("\"input\":\"a\",\"encoding_format\":\"hex\"", "invalid_value", "encoding_format")]
    [InlineData("\"input\":\"a\",\"encoding_format\":5", "invalid_type", "encoding_format")]
    [InlineData("\"input\":\"a\",\"dimensions\":0", "invalid_value", "dimensions")]
    [InlineData("\"input\":\"a\",\"dimensions\":9", "invalid_value", "dimensions")]
    [InlineData("\"input\":\"a\",\"dimensions\":2.5", "invalid_type", "dimensions")]
    [InlineData("\"input\":\"a\",\"truncate_prompt_tokens\":0", "invalid_value", "truncate_prompt_tokens")]
    [InlineData("\"input\":\"a\",\"truncate_prompt_tokens\":11", "invalid_value", "truncate_prompt_tokens")]
    [InlineData("\"input\":\"a\",\"prompt_name\":\"x\",\"input_type\":\"y\"", "invalid_value", "input_type")]
    [InlineData("\"input\":\"a\",\"prompt_name\":\"x\"", "invalid_value", "prompt_name")]
    [InlineData("\"input\":\"a\",\"normalize\":1", "invalid_type", "normalize")]
    [InlineData("\"input\":[[1,2,3,4,5,6,7,8,9,10,11]]", "context_length_exceeded", "input[0]")]
    [InlineData("\"input\":\"eleven char\"", "context_length_exceeded", "input")]
    public async Task V45_BadRequest_SaysWhatIsWrong(string fields, string code, string parameter)
    {
        await using var app = await TextApp.StartAsync();
        app.Embedder.Info = app.Embedder.Info! with { MaxInputTokens = 10, PromptNames = ["query"] };

        var error = await app.FailAsync("/v1/embeddings", $$"""{"model":"e",{{fields}}}""", 400);

        Assert.Equal((code, parameter), (error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        if (code == "context_length_exceeded")
        {
            Assert.Matches("10 tokens", error.GetProperty("message").GetString());
            Assert.Matches("11", error.GetProperty("message").GetString());
        }
    }

    [Theory]
    [InlineData("\"dimensions\":4", "dimensions")]
    [InlineData("\"truncate_prompt_tokens\":-1", "truncate_prompt_tokens")]
    [InlineData("\"add_special_tokens\":false", "add_special_tokens")]
    [InlineData("\"normalize\":false", "normalize")]
    [InlineData("\"prompt_name\":\"query\"", "prompt_name")]
    [InlineData("\"input_type\":\"query\"", "input_type")]
    public async Task Post_WhatTheModelCannotDo_NamesTheField(string field, string parameter)
    {
        await using var app = await TextApp.StartAsync();
        app.Embedder.Info = app.Embedder.Info! with { Features = TextFeatures.None };

        var error = await app.FailAsync("/v1/embeddings", $$"""{"model":"e","input":"a",{{field}}}""", 400);

        Assert.Equal(("unsupported_parameter", parameter), (error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        Assert.Equal(0, app.Embedder.Calls.Count);
    }

    [Fact]
    public async Task Post_TheModelsOwnDimensions_AreGivenByEveryModel()
    {
        await using var app = await TextApp.StartAsync();
        app.Embedder.Info = app.Embedder.Info! with { Features = TextFeatures.None };

        var json = await app.PostAsync("/v1/embeddings", """{"model":"e","input":"a","dimensions":8,"unknown":{"a":[1]},"user":"u"}""", "Embeddings");

        Assert.Equal(8, json.GetProperty("data")[0].GetProperty("embedding").GetArrayLength());
    }

    [Fact]
    public async Task Post_AllFields_ReachTheModel()
    {
        await using var app = await TextApp.StartAsync();

        var json = await app.PostAsync(
            "/v1/embeddings",
            """{"model":"e","input":["a"],"dimensions":2,"truncate_prompt_tokens":7,"add_special_tokens":false,"normalize":false,"input_type":"query"}""",
            "Embeddings");

        var request = app.Embedder.LastRequest!;
        Assert.Equal((2, 7, false, false, "query"), (request.Dimensions, request.Truncation?.MaxTokens, request.AddSpecialTokens, request.Normalize, request.PromptName));
        Assert.Equal(2, json.GetProperty("data")[0].GetProperty("embedding").GetArrayLength());
    }

    [Fact]
    public async Task Post_TooLongWithAutoTruncate_IsCut()
    {
        await using var app = await TextApp.StartAsync(options => options.AutoTruncate = true);
        app.Embedder.Info = app.Embedder.Info! with { MaxInputTokens = 4 };

        var json = await app.PostAsync("/v1/embeddings", """{"model":"e","input":["too long",[1,2,3,4,5]]}""", "Embeddings");

        Assert.Equal(8, json.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Theory]
    [InlineData(float.NaN, "float")]
    [InlineData(float.PositiveInfinity, "float")]
    [InlineData(float.NegativeInfinity, "base64")]
    public async Task Post_NumbersThatAreNotFinite_Are500AndNeverJson(float value, string format)
    {
        var broken = new ScriptedEmbeddingModel(text => text == "bad" ? [1, value] : [1, 0], 2);
        await using var app = await TextApp.StartAsync(services: builder => builder.Services.AddModel("broken")
            .UseBackend(_ => new FakeBackend().WithCapability<IEmbeddingModel>(broken)));

        var error = await app.FailAsync("/v1/embeddings", $$"""{"model":"broken","input":["good","bad"],"encoding_format":"{{format}}"}""", 500);

        Assert.Equal(("server_error", "internal_error"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        Assert.EndsWith("input 1.", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        await app.PostAsync("/v1/embeddings", """{"model":"broken","input":"good"}""", "Embeddings");
    }

    [Fact]
    public async Task Post_ThousandsOfVectors_EveryNumberReadsBackAsItWas()
    {
        var random = new Random(7);
        var vectors = Enumerable.Range(0, 2000).Select(_ => Enumerable.Range(0, 300).Select(_ => RandomSingle(random)).ToArray()).ToArray();
        var model = new ScriptedEmbeddingModel(text => vectors[int.Parse(text, CultureInfo.InvariantCulture)], 300);
        await using var app = await TextApp.StartAsync(services: builder => builder.Services.AddModel("many")
            .UseBackend(_ => new FakeBackend().WithCapability<IEmbeddingModel>(model)));
        var inputs = JsonSerializer.Serialize(Enumerable.Range(0, vectors.Length).Select(i => i.ToString(CultureInfo.InvariantCulture)));

        var json = await app.PostAsync("/v1/embeddings", $$"""{"model":"many","input":{{inputs}}}""", "Embeddings");

        for (var i = 0; i < vectors.Length; i++)
        {
            Assert.Equal(vectors[i], Vector(json.GetProperty("data")[i]));
        }
    }

    [Fact]
    public async Task Post_TooManyInputs_Is400()
    {
        await using var app = await TextApp.StartAsync(options => options.MaxInputs = 2);

        var error = await app.FailAsync("/v1/embeddings", """{"model":"e","input":["a","b","c"]}""", 400);

        Assert.Equal("input", error.GetProperty("param").GetString());
    }

    private static float[] Vector(JsonElement item) => [.. item.GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle())];

    private static float RandomSingle(Random random)
    {
        while (true)
        {
            var value = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            if (float.IsFinite(value) && value != 0)
            {
                return value;
            }
        }
    }
}
