// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Tests.OpenAI.Texts;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI.Tei;

public sealed class TeiEndpointsTests
{
    [Fact]
    public async Task Embed_AnswersBareVectors()
    {
        await using var app = await StartAsync();

        var one = await app.PostAsync("/embed", """{"inputs":"a"}""");
        var two = await app.PostAsync("/embed", """{"inputs":["a","b"],"truncate":true,"truncation_direction":"Left","dimensions":4}""");

        Assert.Equal((1, 8), (one.GetArrayLength(), one[0].GetArrayLength()));
        Assert.Equal((2, 4), (two.GetArrayLength(), two[1].GetArrayLength()));
        Assert.Equal((TruncationSide.Left, true), (app.Embedder.LastRequest!.Truncation!.Side, app.Embedder.LastRequest.Normalize));
    }

    [Fact]
    public async Task Embed_ModelThatHasNoChoices_TakesTheDefaultsOfTheProtocol()
    {
        await using var app = await StartAsync();
        app.Embedder.Info = app.Embedder.Info! with { Features = TextFeatures.None };

        await app.PostAsync("/embed", """{"inputs":"a","truncate":false,"normalize":true}""");

        Assert.Null(app.Embedder.LastRequest!.Normalize);
        await FailAsync(app, "/embed", """{"inputs":"a","truncate":true}""", 422, "Validation");
    }

    [Fact]
    public async Task Similarity_IsOneForTheSameSentence()
    {
        await using var app = await StartAsync();

        var json = await app.PostAsync("/similarity", """{"inputs":{"source_sentence":"a","sentences":["a","b"]}}""");

        Assert.Equal(1, json[0].GetDouble(), 1e-5);
        Assert.InRange(json[1].GetDouble(), -1, 0.999);
    }

    [Fact]
    public async Task Predict_TextPairAndBatch_HaveTheirShapes()
    {
        await using var app = await StartAsync();

        var text = await app.PostAsync("/predict", """{"inputs":"a"}""");
        var pair = await app.PostAsync("/predict", """{"inputs":["a","b"],"raw_scores":true}""");
        Assert.Equal("b", app.Classifier.LastRequest!.Inputs.Single().Second!.Value.Text);
        var batch = await app.PostAsync("/predict", """{"inputs":[["a"],["a","b"],"c"]}""");

        foreach (var classes in (JsonElement[])[text, pair, batch[0], batch[1], batch[2]])
        {
            var scores = classes.EnumerateArray().Select(item => item.GetProperty("score").GetDouble()).ToList();
            Assert.Equal((3, true), (scores.Count, scores.SequenceEqual(scores.OrderDescending())));
            Assert.Equal(["bad", "good", "none"], classes.EnumerateArray().Select(item => item.GetProperty("label").GetString()).Order());
        }
    }

    [Fact]
    public async Task Rerank_EachShape_HasItsAnswerAndItsErrors()
    {
        await using var app = await StartAsync();

        var bare = await app.PostAsync("/rerank", """{"query":"red dog","texts":["dog","red dog"]}""");

        Assert.Equal("""[{"index":1,"score":""", bare.GetRawText()[..20]);
        await app.PostAsync("/rerank", """{"model":"r","query":"red dog","documents":["dog","red dog"]}""", "Rerank");
        await FailAsync(app, "/rerank", """{"query":"q","texts":[]}""", 400, "Empty");
        await FailAsync(app, "/rerank", """{"query":"q","texts":[5]}""", 422, "Validation");
        await app.FailAsync("/rerank", """{"model":"r","query":"q","documents":[]}""", 400);
    }

    [Fact]
    public async Task Info_TellsTheModel()
    {
        await using var app = await StartAsync();
        app.Embedder.Info = app.Embedder.Info! with { MaxInputTokens = 512 };

        var json = await TestApp.JsonAsync(await app.App.GetAsync("/info"));

        Assert.Equal(("e", 512, 2048, false), (
            json.GetProperty("model_id").GetString(),
            json.GetProperty("max_input_length").GetInt32(),
            json.GetProperty("max_client_batch_size").GetInt32(),
            json.GetProperty("auto_truncate").GetBoolean()));
        Assert.True(json.GetProperty("model_type").TryGetProperty("embedding", out _));
        var other = await TestApp.JsonAsync(await app.App.GetAsync("/info?model=c"));
        Assert.Equal("bad", other.GetProperty("model_type").GetProperty("classifier").GetProperty("id2label").GetProperty("0").GetString());
    }

    [Theory]
    [InlineData("/embed", """{"inputs":""}""", 400, "Empty")]
    [InlineData("/embed", """{"inputs":[]}""", 400, "Empty")]
    [InlineData("/embed", """{"inputs":5}""", 422, "Validation")]
    [InlineData("/embed", """{}""", 422, "Validation")]
    [InlineData("/embed", """not JSON""", 422, "Validation")]
    [InlineData("/embed", """{"inputs":"a","truncation_direction":"Up"}""", 422, "Validation")]
    [InlineData("/similarity", """{"inputs":{"source_sentence":"a","sentences":[]}}""", 400, "Empty")]
    [InlineData("/similarity", """{"inputs":"a"}""", 422, "Validation")]
    [InlineData("/predict", """{"inputs":["a","b","c"]}""", 422, "Validation")]
    [InlineData("/predict", """{"inputs":[["a",5]]}""", 422, "Validation")]
    public async Task Post_BadRequest_HasItsStatusAndType(string path, string body, int status, string type)
    {
        await using var app = await StartAsync();

        await FailAsync(app, path, body, status, type);
    }

    [Theory]
    [InlineData(InferenceErrorCode.QueueFull, 429, "Overloaded")]
    [InlineData(InferenceErrorCode.NotReady, 503, "Unhealthy")]
    [InlineData(InferenceErrorCode.EngineFailed, 424, "Backend")]
    public async Task Post_FailureOfTheModel_HasItsStatusAndType(InferenceErrorCode code, int status, string type)
    {
        await using var app = await StartAsync();
        app.Embedder.Calls.Failure = new InferenceException(code, "No.");

        await FailAsync(app, "/embed", """{"inputs":"a"}""", status, type);
    }

    [Fact]
    public async Task Post_SeveralModelsOfTheKind_OneMustBeNamed()
    {
        await using var app = await StartAsync(builder => builder.Services.AddModel("e2")
            .UseBackend(_ => new FakeBackend().WithCapability<IEmbeddingModel>(new ScriptedEmbeddingModel(2))));

        await FailAsync(app, "/embed", """{"inputs":"a"}""", 422, "Validation");
        Assert.Equal(2, (await app.PostAsync("/embed", """{"inputs":"a","model":"e2"}"""))[0].GetArrayLength());
    }

    private static Task<TextApp> StartAsync(Action<Microsoft.AspNetCore.Builder.WebApplicationBuilder>? services = null)
        => TextApp.StartAsync(options => options.EnableTextEmbeddingsInference = true, services);

    private static async Task FailAsync(TextApp app, string path, string body, int status, string type)
    {
        var answer = await app.App.PostAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode}: {text}");
        var json = JsonDocument.Parse(text).RootElement;
        Assert.Equal(type, json.GetProperty("error_type").GetString());
        Assert.NotEmpty(json.GetProperty("error").GetString()!);
    }
}
