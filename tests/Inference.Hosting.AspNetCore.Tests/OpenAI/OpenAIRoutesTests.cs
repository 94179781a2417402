// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Threading.RateLimiting;
using Inference.Hosting.AspNetCore.Tests.OpenAI.Texts;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI;

/// <summary>Which paths are ours, and what failures look like on them.</summary>
public sealed class OpenAIRoutesTests
{
    private const string Body = """{"model":"e","input":"a"}""";

    [Fact]
    public async Task Paths_WithoutOptions_AreOnlyThoseBelowV1()
    {
        await using var app = await TextApp.StartAsync(map: web =>
        {
            web.MapInference();
            web.MapFallback(context => context.Response.WriteAsync("the app"));
        });

        foreach (var path in (string[])["/embeddings", "/rerank", "/models", "/health", "/ping", "/v1/unknown", "/embed", "/info"])
        {
            Assert.Equal("the app", await (await app.App.GetAsync(path)).Content.ReadAsStringAsync());
        }

        await app.PostAsync("/v1/embeddings", Body, "Embeddings");
    }

    [Fact]
    public async Task Paths_ByOption_AreServed()
    {
        await using var app = await TextApp.StartAsync(options =>
        {
            options.EnableShortPaths = true;
            options.EnableHealth = true;
            options.AnswerUnknownPaths = true;
        });

        await CheckAsync(app, "");
        await TextApp.ErrorAsync(await app.App.PostAsync("/v1/models", "{}"), 405);
    }

    [Fact]
    public async Task Paths_UnderAPrefix_AreServedThere()
    {
        await using var app = await TextApp.StartAsync(map: web => web.MapInference("/x"));

        await CheckAsync(app, "/x");
        Assert.Equal(HttpStatusCode.NotFound, (await app.App.GetAsync("/v1/models")).StatusCode);
    }

    [Fact]
    public async Task UnknownPaths_AppHasRoutesBelowV1_AppsRoutesAndFallbackStay()
    {
        await using var app = await TextApp.StartAsync(
            options => options.AnswerUnknownPaths = true,
            map: web =>
            {
                web.MapGet("/v1/own", () => "own");
                web.MapGet("/v1/{**rest}", (string rest) => "rest " + rest).WithOrder(1);
                web.MapInference();
                web.MapFallback(context => context.Response.WriteAsync("spa"));
            });

        Assert.Equal("own", await (await app.App.GetAsync("/v1/own")).Content.ReadAsStringAsync());
        Assert.Equal("rest a/b", await (await app.App.GetAsync("/v1/a/b")).Content.ReadAsStringAsync());
        Assert.Equal("spa", await (await app.App.GetAsync("/elsewhere")).Content.ReadAsStringAsync());
        Assert.Equal("unknown_url", (await app.FailAsync("/v1/a/b", "{}", 404)).GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("/v1/embeddings", "PUT", "POST")]
    [InlineData("/v1/rerank", "GET", "POST")]
    [InlineData("/v2/rerank", "DELETE", "POST")]
    [InlineData("/v1/models/e", "DELETE", "GET, HEAD")]
    public async Task OtherMethod_Is405WithAllow(string path, string method, string allow)
    {
        await using var app = await TextApp.StartAsync();

        var answer = await app.App.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal("method_not_allowed", (await TextApp.ErrorAsync(answer, 405)).GetProperty("code").GetString());
        Assert.Equal(allow, string.Join(", ", answer.Content.Headers.Allow));
    }

    [Fact]
    public async Task V01_To_V03_Models()
    {
        await using var app = await TextApp.StartAsync(kestrel: true);
        app.Embedder.Info = app.Embedder.Info! with { MaxInputTokens = 512 };

        var answer = await app.App.GetAsync("/v1/models");
        var list = await TestApp.JsonAsync(answer);
        Schemas.TextSchemas.Check("ModelList", list);
        Assert.NotEmpty(answer.Headers.GetValues("x-request-id").Single());
        Assert.Equal(["c", "e", "org/e", "r", "t"], list.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("id").GetString()));
        Assert.Equal(list.GetRawText(), (await TestApp.JsonAsync(await app.App.GetAsync("/v1/models"))).GetRawText());
        var expected = list.GetProperty("data")[2].GetRawText();
        Assert.Contains("\"max_model_len\":512", expected, StringComparison.Ordinal);
        Assert.Equal(expected, (await TestApp.JsonAsync(await app.App.GetAsync("/v1/models/org%2Fe"))).GetRawText());
        Assert.Equal(expected, (await TestApp.JsonAsync(await app.App.GetAsync("/v1/models/org/e"))).GetRawText());
        var head = await app.App.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/v1/models/e"));
        Assert.Equal((HttpStatusCode.OK, 0), (head.StatusCode, (await head.Content.ReadAsByteArrayAsync()).Length));
        var error = await TextApp.ErrorAsync(await app.App.GetAsync("/v1/models/org%2Fnone"), 404);
        Assert.Equal(("model_not_found", "model"), (error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
    }

    [Theory]
    [InlineData("e", "/v1/rerank", "/v1/embeddings")]
    [InlineData("r", "/v1/embeddings", "/v1/rerank, /v1/score")]
    [InlineData("c", "/v1/tokenize", "/v1/classify")]
    [InlineData("t", "/v1/classify", "/v1/chat/completions")]
    public async Task WrongKindOfModel_SaysWhatItServes(string model, string path, string serves)
    {
        await using var app = await TextApp.StartAsync();

        var error = await app.FailAsync(path, $$"""{"model":"{{model}}"}""", 400);

        Assert.Equal(("model_not_supported", "model"), (error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        Assert.Contains(serves, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a:b-1.2_Z", true)]
    [InlineData("has blank", false)]
    [InlineData("käse", false)]
    public async Task RequestId_SaneOneOfTheClient_IsEchoed(string id, bool isEchoed)
    {
        await using var app = await TextApp.StartAsync();
        app.App.Client.DefaultRequestHeaders.TryAddWithoutValidation("x-request-id", id);

        foreach (var answer in (HttpResponseMessage[])[await app.App.PostAsync("/v1/embeddings", Body), await app.App.GetAsync("/v1/embeddings"), await app.App.GetAsync("/v1/models")])
        {
            Assert.Equal(isEchoed, answer.Headers.GetValues("x-request-id").Single() == id);
        }
    }

    [Theory]
    [InlineData(InferenceErrorCode.QueueFull, 429, "rate_limit_error", "queue_full", "250")]
    [InlineData(InferenceErrorCode.NotReady, 503, "server_error", "model_loading", "250")]
    [InlineData(InferenceErrorCode.DeadlineExceeded, 408, "timeout_error", "request_timeout", null)]
    [InlineData(InferenceErrorCode.EngineFailed, 500, "server_error", "internal_error", null)]
    public async Task Failure_OfTheModel_IsTheRowOfTheTable(InferenceErrorCode code, int status, string type, string openAICode, string? retry)
    {
        await using var app = await TextApp.StartAsync();
        app.Embedder.Calls.Failure = new InferenceException(code, "No.") { RetryAfter = TimeSpan.FromMilliseconds(250) };

        var answer = await app.App.PostAsync("/v1/embeddings", Body);

        var error = await TextApp.ErrorAsync(answer, status);
        Assert.Equal((type, openAICode), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        Assert.Equal(retry, answer.Headers.TryGetValues("retry-after-ms", out var values) ? values.Single() : null);
        Assert.Equal(retry is null ? null : "1", answer.Headers.RetryAfter?.ToString());
    }

    [Fact]
    public async Task RateLimiter_OfTheApp_AnswersInOurWords()
    {
        await using var app = await TextApp.StartAsync(
            services: builder => builder.Services.AddRateLimiter(options =>
            {
                options.AddFixedWindowLimiter("few", limit => (limit.PermitLimit, limit.Window) = (1, TimeSpan.FromHours(1)));
                options.OnRejected = async (rejected, _) => await InferenceErrorResponse.WriteAsync(
                    rejected.HttpContext,
                    StatusCodes.Status429TooManyRequests,
                    "One request an hour is yours.",
                    rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : null);
            }),
            map: web =>
            {
                web.UseRateLimiter();
                web.MapInference().RequireRateLimiting("few");
            });

        await app.PostAsync("/v1/embeddings", Body, "Embeddings");
        var refused = await app.App.PostAsync("/v1/embeddings", Body);

        var error = await TextApp.ErrorAsync(refused, 429);
        Assert.Equal(
            ("rate_limit_error", "rate_limit_exceeded", "One request an hour is yours."),
            (error.GetProperty("type").GetString(), error.GetProperty("code").GetString(), error.GetProperty("message").GetString()));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 3600);
        Assert.InRange(double.Parse(refused.Headers.GetValues("retry-after-ms").Single(), System.Globalization.CultureInfo.InvariantCulture), 1, 3_600_000);
    }

    [Theory]
    [InlineData(null, 401, "invalid_request_error", "invalid_api_key")]
    [InlineData("bob", 403, "permission_error", null)]
    public async Task ModelPolicy_Refusal_IsAnErrorOfTheProtocol(string? user, int status, string type, string? code)
    {
        await using var app = await TextApp.StartAsync(services: builder =>
        {
            HeaderAuthentication.Add(builder.Services);
            builder.Services.AddAuthorizationBuilder().AddPolicy("alice", policy => policy.RequireUserName("alice"));
            builder.Services.AddModel("hers").RequireAuthorization("alice")
                .UseBackend(_ => new FakeBackend().WithCapability<IEmbeddingModel>(new ScriptedEmbeddingModel()));
        });
        app.App.Client.DefaultRequestHeaders.Add(HeaderAuthentication.Header, user ?? "");

        var answer = await app.App.PostAsync("/v1/embeddings", """{"model":"hers","input":"a"}""");

        var error = await TextApp.ErrorAsync(answer, status);
        Assert.Equal((type, code), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        Assert.Equal(status == 401, answer.Headers.WwwAuthenticate.Count > 0);
    }

    private static async Task CheckAsync(TextApp app, string root)
    {
        await app.PostAsync(root + "/v1/embeddings", Body, "Embeddings");
        await app.PostAsync(root + "/embeddings", Body, "Embeddings");
        await app.PostAsync(root + "/rerank", """{"model":"r","query":"q","documents":["a"]}""", "Rerank");
        await app.PostAsync(root + "/v2/rerank", """{"model":"r","query":"q","documents":["a"]}""", "CohereRerank");
        await app.PostAsync(root + "/score", """{"model":"r","queries":"q","documents":["a"]}""", "Score");
        await app.PostAsync(root + "/classify", """{"model":"c","input":"a"}""", "Classify");
        await app.PostAsync(root + "/tokenize", """{"model":"t","prompt":""}""", "Tokenize");
        await app.PostAsync(root + "/detokenize", """{"model":"t","tokens":[]}""", "Detokenize");
        Schemas.TextSchemas.Check("ModelList", await TestApp.JsonAsync(await app.App.GetAsync(root + "/models")));
        Schemas.TextSchemas.Check("Model", await TestApp.JsonAsync(await app.App.GetAsync(root + "/models/org/e")));
        foreach (var path in (string[])["/health", "/ping"])
        {
            Assert.Equal("""{"status":"ok"}""", await (await app.App.GetAsync(root + path)).Content.ReadAsStringAsync());
            Assert.Equal(200, (int)(await app.App.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, root + path))).StatusCode);
        }

        Assert.Equal("unknown_url", (await app.FailAsync(root + "/v1/unknown/path", "{}", 404)).GetProperty("code").GetString());
    }
}
