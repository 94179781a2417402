// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.Http;

/// <summary>What callers over HTTP see when another model answers.</summary>
public sealed class FallbackTests
{
    private const string Path = "/v2/models/a/infer";
    private const string Body = """{"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[1]}]}""";

    [Fact]
    public async Task Infer_ModelThatIsNotLoaded_IsAnsweredByTheNextWhichTheHeaderNames()
    {
        await using var app = await StartAsync();
        await app.Services.GetRequiredService<IModelCatalog>().UnloadAsync("a");

        var response = await app.PostAsync(Path, System.Text.Encoding.UTF8.GetBytes(Body), headers: ("inference-timing", "true"));
        var json = await TestApp.JsonAsync(response);

        Assert.Equal("b", Assert.Single(response.Headers.GetValues("inference-fallback")));
        Assert.StartsWith("model;desc=\"b\", version;desc=", Assert.Single(response.Headers.GetValues("inference-timing")), StringComparison.Ordinal);
        Assert.Equal("a", json.GetProperty("model_name").GetString());
        Assert.Equal(2, json.GetProperty("outputs")[0].GetProperty("data")[0].GetSingle());
    }

    [Fact]
    public async Task Infer_ModelThatIsUp_HasNoSuchHeader()
    {
        await using var app = await StartAsync();

        var response = await app.PostAsync(Path, Body);
        var json = await TestApp.JsonAsync(response);

        Assert.False(response.Headers.Contains("inference-fallback"));
        Assert.Equal(1, json.GetProperty("outputs")[0].GetProperty("data")[0].GetSingle());
    }

    [Fact]
    public async Task Infer_NobodyIsReady_IsRefusedByTheModelThatWasAsked()
    {
        await using var app = await StartAsync();
        await app.Services.GetRequiredService<IModelCatalog>().UnloadAsync("a");
        await app.Services.GetRequiredService<IModelCatalog>().UnloadAsync("b");

        var error = await TestApp.ErrorAsync(await app.PostAsync(Path, Body), HttpStatusCode.ServiceUnavailable);

        Assert.StartsWith("Model 'a' is not loaded", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Infer_PinnedVersionThatIsNotLoaded_IsRefused()
    {
        await using var app = await StartAsync();
        await app.Services.GetRequiredService<IModelCatalog>().UnloadAsync("a");

        await TestApp.ErrorAsync(await app.PostAsync("/v2/models/a/versions/1/infer", Body), HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task Predict_ModelThatIsNotLoaded_IsAnsweredByTheNextWhichTheHeaderNames()
    {
        await using var app = await StartAsync();
        await app.Services.GetRequiredService<IModelCatalog>().UnloadAsync("a");

        var response = await app.PostAsync("/v1/models/a:predict", """{"instances":[[1]]}""");
        await TestApp.JsonAsync(response);

        Assert.Equal("b", Assert.Single(response.Headers.GetValues("inference-fallback")));
    }

    private static async Task<TestApp> StartAsync()
    {
        var app = await TestApp.StartAsync([], configure: builder =>
        {
            builder.Services.Configure<InferenceHttpOptions>(options => options.EnableV1 = true);
            builder.Services.AddModel("a").UseBackend(_ => Constant(1)).WithFallback("b");
            builder.Services.AddModel("b").UseBackend(_ => Constant(2));
        });
        await app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync().WaitAsync(TestApp.Patience);
        return app;
    }

    private static FakeBackend Constant(float value) => new(("y", InferenceTensor.Create([value], 1, 1)))
    {
        Metadata = new ModelMetadata(
            "m", "1", [new TensorSpec("x", TensorDataType.FP32, [-1, 1])], [new TensorSpec("y", TensorDataType.FP32, [-1, 1])]),
    };
}
