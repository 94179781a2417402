// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Http.Headers;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.DependencyInjection;
using Inference.Hosting.Testing;
using Inference.Hosting.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.V2;

public sealed class RepositoryTests
{
    private const string Index = "/v2/repository/index";
    private const string Load = "/v2/repository/models/addsub/load";
    private const string Unload = "/v2/repository/models/addsub/unload";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Vector44_UnloadAndLoad_ShowInTheIndex(bool kestrel)
    {
        await using var app = await StartAsync(AddModels, kestrel);

        Assert.Equal(
            """[{"name":"addsub","version":"1","state":"READY","reason":""},{"name":"id","version":"1","state":"READY","reason":""}]""",
            await IndexAsync(app));
        await EmptyAsync(await app.PostAsync(Unload, ""));
        Assert.Equal(
            """[{"name":"addsub","version":"1","state":"UNAVAILABLE","reason":"The model was unloaded."},{"name":"id","version":"1","state":"READY","reason":""}]""",
            await IndexAsync(app));
        Assert.Equal("""[{"name":"id","version":"1","state":"READY","reason":""}]""", await IndexAsync(app, """{"ready":true}"""));
        Assert.Contains(
            "unloaded",
            await TestApp.ErrorAsync(await app.PostAsync("/v2/models/addsub/infer", TestModels.AddSubBody), HttpStatusCode.ServiceUnavailable),
            StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await app.GetAsync("/v2/models/addsub/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/v2/health/ready")).StatusCode);
        await EmptyAsync(await app.PostAsync(Load, "{}"));
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/v2/models/addsub/ready")).StatusCode);
        await TestApp.JsonAsync(await app.PostAsync("/v2/models/addsub/infer", TestModels.AddSubBody));
        Assert.Equal(
            """[{"name":"addsub","version":"1","state":"READY","reason":""},{"name":"id","version":"1","state":"READY","reason":""}]""",
            await IndexAsync(app, """{"ready":true}"""));
    }

    [Fact]
    public async Task Load_ReloadThatFails_KeepsTheOldOneAndSaysWhy()
    {
        var backend = new FakeBackend();
        await using var app = await StartAsync(services => services.AddModel("addsub").UseBackend(_ => backend));
        backend.FailLoads(1);

        var error = await TestApp.ErrorAsync(await app.PostAsync(Load, ""), HttpStatusCode.ServiceUnavailable);

        Assert.Equal("The fake was told to fail.", error);
        Assert.Contains("\"state\":\"READY\",\"reason\":\"The last reload failed; the former instance serves.", await IndexAsync(app), StringComparison.Ordinal);
        Assert.Equal((2, 0), (backend.LoadCount, backend.DisposeCount));
        await EmptyAsync(await app.PostAsync(Load, ""));
        Assert.Equal((3, 1), (backend.LoadCount, backend.DisposeCount));
    }

    [Theory]
    [InlineData(Load, """{"parameters":{"config":"{}"}}""", "'config' is not supported: a model is loaded as the app configures it")]
    [InlineData(Load, """{"parameters":{"config":"{}","file:1/model.onnx":"AAAA"}}""", "'config' is not supported")]
    [InlineData(Load, """{"parameters":{"file:1/model.onnx":"AAAA"}}""", "'file:1/model.onnx' is not supported: a model is loaded as the app configures it")]
    [InlineData(Load, """{"parameters":{"other":1}}""", "'other' is not supported: loading takes no parameters")]
    [InlineData(Unload, """{"parameters":{"unload_dependents":true}}""", "'unload_dependents' is not supported: each model is unloaded by its own name")]
    [InlineData(Unload, """{"parameters":{"other":"x"}}""", "'other' is not supported")]
    [InlineData(Load, """{"parameters":5}""", "'parameters' must be an object.")]
    [InlineData(Load, "[]", "The body must be a JSON object.")]
    [InlineData(Unload, "{", "The body is not valid JSON.")]
    [InlineData(Load, """{"parameters":{"\ud800":1}}""", "not valid UTF-8")]
    [InlineData(Index, """{"ready":"yes"}""", "'ready' must be true or false.")]
    public async Task WhatCannotBeDone_Is400AndChangesNothing(string path, string body, string expected)
    {
        var backend = new FakeBackend();
        await using var app = await StartAsync(services => services.AddModel("addsub").UseBackend(_ => backend));

        var error = await TestApp.ErrorAsync(await app.PostAsync(path, body), HttpStatusCode.BadRequest);

        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Equal((1, 0), (backend.LoadCount, backend.DisposeCount));
    }

    [Theory]
    [InlineData("""{"parameters":{"unload_dependents":false}}""")]
    [InlineData("""{"parameters":{}}""")]
    [InlineData("""{"parameters":null,"other":[1]}""")]
    public async Task Unload_HarmlessBody_Unloads(string body)
    {
        var backend = new FakeBackend();
        await using var app = await StartAsync(services => services.AddModel("addsub").UseBackend(_ => backend));

        await EmptyAsync(await app.PostAsync(Unload, body));

        Assert.Equal(1, backend.DisposeCount);
    }

    [Fact]
    public async Task Load_CallerLeaves_GoesOn()
    {
        var backend = new FakeBackend();
        await using var app = await StartAsync(services => services.AddModel("addsub").UseBackend(_ => backend), kestrel: true);
        backend.LoadGate.Close();
        using var leaving = new CancellationTokenSource();
        var load = app.Client.PostAsync(Load, null, leaving.Token);
        Assert.True(SpinWait.SpinUntil(() => backend.LoadCount == 2, TestApp.Patience));

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => load);
        backend.LoadGate.Open();

        Assert.True(SpinWait.SpinUntil(() => backend.DisposeCount == 1, TestApp.Patience));
        Assert.Contains("READY", await IndexAsync(app), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownModelOrNamedRepository_IsRefused()
    {
        await using var app = await StartAsync(AddModels);

        await TestApp.ErrorAsync(await app.PostAsync("/v2/repository/models/none/load", ""), HttpStatusCode.NotFound);
        await TestApp.ErrorAsync(await app.PostAsync("/v2/repository/models/none/unload", ""), HttpStatusCode.NotFound);
        foreach (var path in new[] { "/v2/repository/main/index", "/v2/repository/main/models/addsub/load", "/v2/repository/main/models/addsub/unload" })
        {
            Assert.Contains("no name", await TestApp.ErrorAsync(await app.PostAsync(path, ""), HttpStatusCode.BadRequest), StringComparison.Ordinal);
        }

        await TestApp.ErrorAsync(await app.GetAsync(Index), HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task Unload_ModelThatComposesOthers_Is400()
    {
        await using var app = await StartAsync(services =>
        {
            AddModels(services);
            services.AddModel<Composed>();
        });

        Assert.Contains(
            "composes other models",
            await TestApp.ErrorAsync(await app.PostAsync("/v2/repository/models/Composed/unload", ""), HttpStatusCode.BadRequest),
            StringComparison.Ordinal);
        Assert.Contains("""{"name":"Composed","version":"1","state":"READY","reason":""}""", await IndexAsync(app), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Index_FailedAndWaitingModels_SayWhy()
    {
        await using var app = await OnnxApp.StartAsync(
            services =>
            {
                services.AddModel("broken").UseOnnxRuntime([1, 2, 3]);
                services.AddModel("later").UseBackend(_ => new FakeBackend()).ConfigureModelOptions<Inference.Hosting.Models.ModelOptions>(options => options.LoadAtStart = false);
                AddOperators(services);
            },
            isReady: false,
            map: app => app.MapInference().Admin.RequireAuthorization("operators"));
        app.Client.DefaultRequestHeaders.Add(HeaderAuthentication.Header, "operator");
        var catalog = app.Services.GetRequiredService<IModelCatalog>();
        await Assert.ThrowsAsync<InferenceException>(() => catalog.WaitUntilReadyAsync("broken").WaitAsync(TestApp.Patience));

        var json = await TestApp.JsonAsync(await app.PostAsync(Index, ""));

        Assert.Equal(["UNAVAILABLE", "UNAVAILABLE"], json.EnumerateArray().Select(item => item.GetProperty("state").GetString()));
        Assert.All(json.EnumerateArray(), item => Assert.NotEmpty(item.GetProperty("reason").GetString()!));
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("alice", 403)]
    [InlineData("operator", 200)]
    public async Task Index_AsksThePolicy(string? user, int status)
    {
        await using var app = await StartAsync(AddModels, user: user ?? "");

        foreach (var path in new[] { Index, Load, Unload })
        {
            Assert.Equal(status, (int)(await app.PostAsync(path, "")).StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/v2")).StatusCode);
    }

    [Fact]
    public async Task PoliciesOfModels_HoldForOperatorsToo()
    {
        await using var app = await StartAsync(services =>
        {
            AddModels(services);
            services.AddModel("secret").UseBackend(_ => new FakeBackend()).RequireAuthorization("alice");
        });

        Assert.DoesNotContain("secret", await IndexAsync(app), StringComparison.Ordinal);
        await TestApp.ErrorAsync(await app.PostAsync("/v2/repository/models/secret/unload", ""), HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("all")]
    [InlineData("outer")]
    [InlineData("anonymous")]
    public async Task WithoutAPolicyOfItsOwn_NothingIsMapped(string kind)
    {
        await using var app = await OnnxApp.StartAsync(
            services =>
            {
                AddModels(services);
                AddOperators(services);
            },
            map: app =>
            {
                switch (kind)
                {
                    case "all":
                        app.MapInference().RequireAuthorization("operators");
                        break;
                    case "outer":
                        app.MapGroup("").RequireAuthorization("operators").MapInference();
                        break;
                    case "anonymous":
                        app.MapInference().Admin.AllowAnonymous();
                        break;
                    default:
                        app.MapInference();
                        break;
                }
            });
        app.Client.DefaultRequestHeaders.Add(HeaderAuthentication.Header, "operator");

        foreach (var path in new[] { Index, Load, Unload, "/v2/repository/main/index" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await app.PostAsync(path, "")).StatusCode);
        }

        Assert.DoesNotContain("model_repository", await app.Client.GetStringAsync("/v2"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/v2/models/addsub/ready")).StatusCode);
    }

    [Fact]
    public async Task WithAPolicy_TheExtensionIsNamed()
    {
        await using var app = await StartAsync(AddModels);

        var json = await TestApp.JsonAsync(await app.GetAsync("/v2"));

        Assert.Contains("model_repository", json.GetProperty("extensions").EnumerateArray().Select(item => item.GetString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    public async Task Unload_FromAPageWithoutPreflight_Is415(string? type)
    {
        var backend = new FakeBackend();
        await using var app = await StartAsync(services => services.AddModel("addsub").UseBackend(_ => backend));

        var response = await app.PostAsync(
            Unload, [], type is null ? null : MediaTypeHeaderValue.Parse(type), ("Origin", "https://elsewhere.example"));

        await TestApp.ErrorAsync(response, HttpStatusCode.UnsupportedMediaType);
        Assert.Equal(0, backend.DisposeCount);
    }

    internal static void AddOperators(IServiceCollection services)
    {
        HeaderAuthentication.Add(services);
        services.AddAuthorizationBuilder()
            .AddPolicy("operators", policy => policy.RequireUserName("operator"))
            .AddPolicy("alice", policy => policy.RequireUserName("alice"));
    }

    private static async Task<TestApp> StartAsync(Action<IServiceCollection> add, bool kestrel = false, string user = "operator")
    {
        var app = await OnnxApp.StartAsync(
            services =>
            {
                add(services);
                AddOperators(services);
            },
            kestrel,
            map: app => app.MapInference().Admin.RequireAuthorization("operators"));
        app.Client.DefaultRequestHeaders.Add(HeaderAuthentication.Header, user);
        return app;
    }

    private static void AddModels(IServiceCollection services)
    {
        services.AddModel("addsub").UseOnnxRuntime(OnnxModels.AddSub().ToBytes());
        services.AddModel("id").UseOnnxRuntime(OnnxModels.Identity().ToBytes());
    }

    private static async Task<string> IndexAsync(TestApp app, string body = "")
        => (await TestApp.JsonAsync(await app.PostAsync(Index, body))).GetRawText();

    private static async Task EmptyAsync(HttpResponseMessage response)
    {
        Assert.Equal((HttpStatusCode.OK, ""), (response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    private sealed class Composed([FromKeyedServices("addsub")] IInferenceClient client)
    {
        public override string ToString() => client.Model;
    }
}
