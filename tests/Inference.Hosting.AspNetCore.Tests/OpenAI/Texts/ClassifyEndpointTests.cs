// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI.Texts;

public sealed class ClassifyEndpointTests
{
    [Fact]
    public async Task V49_Classify_LabelAndProbabilities()
    {
        await using var app = await TextApp.StartAsync();

        var json = await app.PostAsync("/v1/classify", """{"model":"c","input":["one","two"]}""", "Classify");

        Assert.Equal(2, json.GetProperty("data").GetArrayLength());
        Assert.Equal(6, json.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        foreach (var item in json.GetProperty("data").EnumerateArray())
        {
            var scores = item.GetProperty("probs").EnumerateArray().Select(score => score.GetDouble()).ToList();
            Assert.Equal(1, scores.Sum(), 1e-5);
            Assert.Equal(3, item.GetProperty("num_classes").GetInt32());
            Assert.Equal(new[] { "bad", "good", "none" }[scores.IndexOf(scores.Max())], item.GetProperty("label").GetString());
        }
    }

    [Theory]
    [InlineData("\"input\":\"\"", "input")]
    [InlineData("\"input\":[]", "input")]
    [InlineData("\"input\":[\"a\",5]", "input[1]")]
    [InlineData("\"user\":\"a\"", "input")]
    [InlineData("\"messages\":[]", "messages")]
    [InlineData("\"input\":\"a\",\"use_activation\":1", "use_activation")]
    public async Task V49_BadRequest_Is400(string fields, string parameter)
    {
        await using var app = await TextApp.StartAsync();

        var error = await app.FailAsync("/v1/classify", $$"""{"model":"c",{{fields}}}""", 400);

        Assert.Equal(parameter, error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task UseActivation_False_GivesLogits()
    {
        await using var app = await TextApp.StartAsync(services: builder => builder.Services.AddModel("fixed").UseBackend(
            _ => new FakeBackend().WithCapability<ITextClassifier>(new ScriptedTextClassifier((_, _) => [-3, 5.5f], "no", "yes"))));

        var json = await app.PostAsync("/v1/classify", """{"model":"fixed","input":"a","use_activation":false}""", "Classify");

        Assert.Equal("[-3,5.5]", json.GetProperty("data")[0].GetProperty("probs").GetRawText());
        Assert.Equal("yes", json.GetProperty("data")[0].GetProperty("label").GetString());
    }
}
