// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI.Texts;

public sealed class RerankEndpointTests
{
    private const string Documents = "[\"a dog\",{\"text\":\"red fish\",\"id\":5},\"a red dog\",\"cats\",\"more cats\"]";

    [Theory]
    [InlineData("", 5)]
    [InlineData(",\"top_n\":2", 2)]
    [InlineData(",\"top_n\":99", 5)]
    [InlineData(",\"top_n\":0", 5)]
    [InlineData(",\"top_n\":null", 5)]
    public async Task V46_Rerank_SortedWithTheirPlaces(string top, int count)
    {
        await using var app = await TextApp.StartAsync();

        var json = await app.PostAsync("/v1/rerank", $$"""{"model":"r","query":"red dog","documents":{{Documents}}{{top}}}""", "Rerank");

        var results = json.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(new[] { 2, 0, 1, 3, 4 }.Take(count), results.Select(item => item.GetProperty("index").GetInt32()));
        Assert.Equal(
            results.Select(item => item.GetProperty("relevance_score").GetSingle()).OrderDescending(), results.Select(item => item.GetProperty("relevance_score").GetSingle()));
        Assert.Equal("a red dog", results[0].GetProperty("document").GetProperty("text").GetString());
        Assert.StartsWith("rerank-", json.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal((5 * 7) + 5 + 8 + 9 + 4 + 9, json.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Theory]
    [InlineData("\"documents\":[]", "documents")]
    [InlineData("\"documents\":null", "documents")]
    [InlineData("\"documents\":123", "documents")]
    [InlineData("\"documents\":[1]", "documents[0]")]
    [InlineData("\"documents\":[\"a\",{}]", "documents[1].text")]
    [InlineData("\"documents\":[\"a\",\"\"]", "documents[1]")]
    [InlineData("\"top_n\":1", "documents")]
    [InlineData("\"documents\":[\"a\"],\"top_n\":-1", "top_n")]
    [InlineData("\"documents\":[\"a\"],\"use_activation\":true,\"raw_scores\":true", "raw_scores")]
    [InlineData("\"documents\":[\"a\"],\"return_documents\":\"yes\"", "return_documents")]
    [InlineData("\"documents\":[\"a\"],\"query\":\"\"", "query")]
    [InlineData("\"documents\":[\"a\"],\"query\":null", "query")]
    [InlineData("\"documents\":[\"a\"],\"query\":[\"q\"]", "query")]
    [InlineData("\"documents\":[\"a\"],\"max_tokens_per_doc\":0", "max_tokens_per_doc")]
    public async Task V46_BadRequest_Is400(string fields, string parameter)
    {
        await using var app = await TextApp.StartAsync();
        foreach (var path in (string[])["/v1/rerank", "/v2/rerank"])
        {
            var error = await app.FailAsync(path, $$"""{"model":"r","query":"q",{{fields}}}""", 400);

            Assert.Equal(parameter, error.GetProperty("param").GetString());
        }

        Assert.Equal(0, app.Reranker.Calls.Count);
    }

    [Fact]
    public async Task Cohere_V2_OmitsDocumentsAndTellsItsVersion()
    {
        await using var app = await TextApp.StartAsync();
        var body = $$"""{"model":"r","query":"red dog","documents":{{Documents}},"top_n":3,"max_tokens_per_doc":4}""";

        var json = await app.PostAsync("/v2/rerank", body, "CohereRerank");

        Assert.Equal("2", json.GetProperty("meta").GetProperty("api_version").GetProperty("version").GetString());
        Assert.Equal(4, app.Reranker.LastRequest!.MaxTokensPerDocument);
        Assert.False((await app.PostAsync("/v1/rerank", body[..^1] + ",\"return_documents\":false}", "Rerank")).GetProperty("results")[0].TryGetProperty("document", out _));
    }

    [Theory]
    [InlineData("\"use_activation\":false")]
    [InlineData("\"raw_scores\":true")]
    public async Task RawScores_SigmoidOfThem_IsTheDefault(string field)
    {
        await using var app = await TextApp.StartAsync();
        const string Body = """{"model":"r","query":"red dog","documents":["a dog","nothing"]""";

        var usual = await app.PostAsync("/v1/rerank", Body + "}", "Rerank");
        var raw = await app.PostAsync("/v1/rerank", Body + "," + field + "}", "Rerank");

        for (var i = 0; i < 2; i++)
        {
            var logit = raw.GetProperty("results")[i].GetProperty("relevance_score").GetDouble();
            Assert.Equal(1 / (1 + Math.Exp(-logit)), usual.GetProperty("results")[i].GetProperty("relevance_score").GetDouble(), 1e-5);
        }
    }

    [Theory]
    [InlineData("/v1/rerank", "use_activation\":false", "use_activation")]
    [InlineData("/v1/rerank", "raw_scores\":true", "raw_scores")]
    [InlineData("/v1/score", "raw_scores\":true", "raw_scores")]
    [InlineData("/v1/rerank", "truncate_prompt_tokens\":5", "truncate_prompt_tokens")]
    public async Task Post_WhatTheModelCannotDo_NamesTheField(string path, string field, string parameter)
    {
        await using var app = await TextApp.StartAsync();
        app.Reranker.Info = new RerankerInfo();

        var error = await app.FailAsync(path, $$"""{"model":"r","query":"q","documents":["a"],"queries":"q","{{field}}}""", 400);

        Assert.Equal(("unsupported_parameter", parameter), (error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
    }

    [Fact]
    public async Task Post_ScoreThatIsNotFinite_Is500()
    {
        await using var app = await TextApp.StartAsync(services: builder => builder.Services.AddModel("broken")
            .UseBackend(_ => new FakeBackend().WithCapability<IReranker>(new ScriptedReranker((_, _) => float.NaN))));

        await app.FailAsync("/v1/rerank", """{"model":"broken","query":"q","documents":["a"]}""", 500);
        await app.FailAsync("/v1/score", """{"model":"broken","queries":"q","documents":["a"]}""", 500);
    }

    [Fact]
    public async Task V47_Texts_AnswerABareArray()
    {
        await using var app = await TextApp.StartAsync();

        var json = await app.PostAsync("/v1/rerank", """{"query":"red dog","texts":["a dog","red dog"],"return_text":true,"raw_scores":true,"truncate":true}""");

        Assert.Equal(JsonValueKind.Array, json.ValueKind);
        Assert.Equal([1, 0], json.EnumerateArray().Select(item => item.GetProperty("index").GetInt32()));
        Assert.Equal((4f, "red dog"), (json[0].GetProperty("score").GetSingle(), json[0].GetProperty("text").GetString()));
        Assert.NotNull(app.Reranker.LastRequest!.Truncation);
        var error = await app.FailAsync("/v1/rerank", """{"query":"red dog","texts":[]}""", 400);
        Assert.Equal("texts", error.GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("\"queries\":\"red dog\",\"documents\":\"dog\"", 1)]
    [InlineData("\"queries\":\"red dog\",\"items\":[\"dog\",\"cat\",\"red dog\"]", 3)]
    [InlineData("\"text_1\":[\"red dog\"],\"text_2\":[\"dog\",\"red\"]", 2)]
    [InlineData("\"data_1\":[\"red dog\",\"cat\"],\"data_2\":[\"dog\",\"cat\"]", 2)]
    public async Task V48_Score_OneToOneToManyAndManyToMany(string fields, int count)
    {
        await using var app = await TextApp.StartAsync();

        var json = await app.PostAsync("/v1/score", $$"""{"model":"r",{{fields}}}""", "Score");

        Assert.Equal(Enumerable.Range(0, count), json.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("index").GetInt32()));
        Assert.Equal(0.5, json.GetProperty("data")[0].GetProperty("score").GetDouble(), 1e-5);
        Assert.StartsWith("score-", json.GetProperty("id").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"queries\":[\"a\",\"b\"],\"documents\":[\"a\",\"b\",\"c\"]", "documents")]
    [InlineData("\"queries\":[\"a\",\"b\"],\"documents\":\"a\"", "documents")]
    [InlineData("\"text_1\":\"a\"", "text_2")]
    [InlineData("\"items\":\"a\"", "queries")]
    [InlineData("\"data_2\":[\"a\"]", "data_1")]
    [InlineData("\"query\":\"a\"", "queries")]
    [InlineData("\"queries\":[],\"documents\":[\"a\"]", "queries")]
    [InlineData("\"queries\":\"a\",\"documents\":[5]", "documents[0]")]
    [InlineData("\"queries\":{},\"documents\":[\"a\"]", "queries")]
    public async Task V48_ScoreBadRequest_Is400(string fields, string parameter)
    {
        await using var app = await TextApp.StartAsync();

        var error = await app.FailAsync("/v1/score", $$"""{"model":"r",{{fields}}}""", 400);

        Assert.Equal(parameter, error.GetProperty("param").GetString());
    }
}
