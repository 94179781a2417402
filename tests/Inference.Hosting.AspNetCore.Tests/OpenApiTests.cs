// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.AspNetCore.Tests.V1;
using Inference.Hosting.AspNetCore.Tests.V2;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.AspNetCore.Tests;

public sealed class OpenApiTests
{
    [Fact]
    public async Task MapOpenApi_Document_HasOurRoutes()
    {
        await using var app = await TestApp.StartAsync(
            [TestModels.AddSub()],
            configure: builder => builder.Services.AddOpenApi(),
            map: app =>
            {
                app.MapOpenApi();
                app.MapInference();
            });

        var paths = (await TestApp.JsonAsync(await app.GetAsync("/openapi/v1.json"))).GetProperty("paths");

        Assert.Equal(
            [
                "/v2", "/v2/health/live", "/v2/health/ready", "/v2/models/stats", "/v2/models/{model}", "/v2/models/{model}/config",
                "/v2/models/{model}/infer", "/v2/models/{model}/ready", "/v2/models/{model}/stats", "/v2/models/{model}/versions/{version}",
                "/v2/models/{model}/versions/{version}/config", "/v2/models/{model}/versions/{version}/infer",
                "/v2/models/{model}/versions/{version}/ready", "/v2/models/{model}/versions/{version}/stats", "/v2/rerank",
            ],
            paths.EnumerateObject().Select(path => path.Name).Where(path => path.StartsWith("/v2", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Contains(paths.EnumerateObject(), path => path.Name == "/v1/embeddings");
        var infer = paths.GetProperty("/v2/models/{model}/versions/{version}/infer").GetProperty("post");
        Assert.Equal(["model", "version"], infer.GetProperty("parameters").EnumerateArray().Select(item => item.GetProperty("name").GetString()));
        Assert.Equal(
            ["application/json", "application/octet-stream"],
            infer.GetProperty("requestBody").GetProperty("content").EnumerateObject().Select(item => item.Name));
        Assert.Equal(
            ["200", "400", "404", "408", "413", "415", "429", "500", "503", "504"],
            infer.GetProperty("responses").EnumerateObject().Select(item => item.Name));
        Assert.Equal(["get"], paths.GetProperty("/v2").EnumerateObject().Select(item => item.Name));
    }

    [Theory]
    [InlineData(false, false, false, "200 400 404 408 413 415 429 500 503 504", "200 404 500 503", "200")]
    [InlineData(true, false, false, "200 400 401 403 404 408 413 415 429 500 503 504", "200 401 403 404 500 503", "200")]
    [InlineData(false, true, false, "200 400 401 403 404 408 413 415 429 500 503 504", "200 401 403 404 500 503", "200 401 403")]
    [InlineData(false, false, true, "200 400 404 408 413 415 429 500 503 504", "200 404 500 503", "200")]
    public async Task MapOpenApi_Authorization_IsInTheAnswers(
        bool modelHasPolicy, bool appHasPolicy, bool hasAdmin, string infer, string metadata, string server)
    {
        var model = TestModels.AddSub();
        model.Info = model.Info with { Policies = modelHasPolicy ? [""] : [] };
        await using var app = await TestApp.StartAsync(
            [model],
            configure: builder =>
            {
                builder.Services.AddOpenApi();
                RepositoryTests.AddOperators(builder.Services);
                PredictTests.EnableV1(builder);
            },
            map: app =>
            {
                app.MapOpenApi();
                var inference = app.MapInference();
                if (appHasPolicy)
                {
                    inference.RequireAuthorization();
                }

                if (hasAdmin)
                {
                    inference.Admin.RequireAuthorization("operators");
                }
            });

        var paths = (await TestApp.JsonAsync(await app.GetAsync("/openapi/v1.json"))).GetProperty("paths");

        string Answers(string path, string method) => string.Join(
            ' ', paths.GetProperty(path).GetProperty(method).GetProperty("responses").EnumerateObject().Select(item => item.Name));
        Assert.Equal(infer, Answers("/v2/models/{model}/infer", "post"));
        Assert.Equal(infer, Answers("/v1/models/{model}:predict", "post"));
        Assert.Equal(metadata, Answers("/v2/models/{model}/config", "get"));
        Assert.StartsWith(server, Answers("/v2", "get"), StringComparison.Ordinal);
        Assert.DoesNotContain("401", Answers("/v2/health/live", "get"), StringComparison.Ordinal);
        Assert.Equal(hasAdmin, paths.TryGetProperty("/v2/repository/models/{model}/load", out _));
        if (hasAdmin)
        {
            Assert.Equal("200 400 401 403 404 408 413 415 500 503", Answers("/v2/repository/models/{model}/load", "post"));
        }
    }

    [Fact]
    public async Task MapInference_JsonOptionsOfTheApp_NeitherReachUsNorAreTouched()
    {
        await using var app = await TestApp.StartAsync(
            [TestModels.AddSub()],
            configure: builder => builder.Services.ConfigureHttpJsonOptions(options =>
            {
                options.SerializerOptions.PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.KebabCaseUpper;
                options.SerializerOptions.WriteIndented = true;
            }));

        Assert.Equal("""{"live":true}""", await app.Client.GetStringAsync("/v2/health/live"));
        var options = app.Services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        Assert.Same(System.Text.Json.JsonNamingPolicy.KebabCaseUpper, options.PropertyNamingPolicy);
        Assert.DoesNotContain(options.TypeInfoResolverChain, resolver => resolver.GetType().Assembly == typeof(InferenceHttpOptions).Assembly);
    }
}
