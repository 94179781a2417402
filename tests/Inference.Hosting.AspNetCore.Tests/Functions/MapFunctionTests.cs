// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Backends;
using Inference.Hosting.Capabilities;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.Functions;

public sealed class MapFunctionTests
{
    [Fact]
    public async Task Post_Item_GivesItsResult()
    {
        await using var app = await StartAsync();

        var response = await app.PostAsync("/reviews", """{"text":"good","stars":5}""");

        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("""{"sentiment":"positive","length":4}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Post_ArrayOfItems_GivesResultsInOrder()
    {
        await using var app = await StartAsync();

        var json = await TestApp.JsonAsync(await app.PostAsync("/reviews", """[{"text":"a","stars":5},{"text":"bb","stars":1},{"text":"ccc"}]"""));

        Assert.Equal(["positive 1", "negative 2", "neutral 3"], json.EnumerateArray().Select(item
            => $"{item.GetProperty("sentiment").GetString()} {item.GetProperty("length").GetInt32()}"));
        Assert.Empty((await TestApp.JsonAsync(await app.PostAsync("/reviews", "[]"))).EnumerateArray());
    }

    [Theory]
    [InlineData("", "cannot be read")]
    [InlineData("{", "cannot be read")]
    [InlineData("""{"text":5}""", "at $.text")]
    [InlineData("""[{"text":"a"},{"text":true}]""", "Item 1 of the body cannot be read at $.text")]
    [InlineData("""{"text":"a"} {}""", "cannot be read")]
    [InlineData("null", "null")]
    [InlineData("[null]", "null")]
    public async Task Post_BadBody_Is400ThatSaysWhere(string body, string part)
    {
        await using var app = await StartAsync();

        var error = await TestApp.ErrorAsync(await app.PostAsync("/reviews", body), HttpStatusCode.BadRequest);

        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.DoesNotContain("Inference.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_ItemFails_IsAnsweredByTheTableOfErrors()
    {
        await using var app = await StartAsync();

        Assert.Equal(
            "'bad' is no review.", await TestApp.ErrorAsync(await app.PostAsync("/reviews", """{"text":"bad"}"""), HttpStatusCode.BadRequest));
        Assert.Equal(
            "'bad' is no review.",
            await TestApp.ErrorAsync(await app.PostAsync("/reviews", """[{"text":"a"},{"text":"bad"}]"""), HttpStatusCode.BadRequest));
        var hidden = await TestApp.ErrorAsync(await app.PostAsync("/reviews", """{"text":"throw"}"""), HttpStatusCode.InternalServerError);
        Assert.DoesNotContain("secret", hidden, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_AcceptLines_SendsEachResultOrErrorAsItIsReady()
    {
        var second = new TaskCompletionSource();
        await using var app = await StartAsync(function: async (batch, cancellationToken) =>
        {
            batch.SetError(1, new InferenceException(InferenceErrorCode.InvalidInput, "Not this one."));
            await second.Task.WaitAsync(cancellationToken);
            batch.SetResult(0, new Verdict("late", 1));
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/reviews")
        {
            Content = new StringContent("""[{"text":"a"},{"text":"b"}]""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.ParseAdd("application/x-ndjson");

        using var response = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());

        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("""{"index":1,"error":"Not this one."}""", await lines.ReadLineAsync());
        second.SetResult();
        Assert.Equal("""{"index":0,"result":{"sentiment":"late","length":1}}""", await lines.ReadLineAsync());
        Assert.Null(await lines.ReadLineAsync());
    }

    [Fact]
    public async Task Post_QueueFull_Is429AtOnce()
    {
        var gate = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        await using var app = await StartAsync(
            function: async (batch, _) =>
            {
                entered.TrySetResult();
                await gate.Task;
                for (var i = 0; i < batch.Items.Count; i++)
                {
                    batch.SetResult(i, new Verdict("neutral", batch.Items.Count));
                }
            },
            model: model => model.WithQueue(options => options.MaxQueuedRows = 1));
        var running = app.PostAsync("/reviews", """{"text":"a"}""");
        await entered.Task;
        var queued = app.Services.GetRequiredKeyedService<IBatchFunction<Review, Verdict>>("reviews").InvokeAsync(new Review("b")).AsTask();

        var refused = await app.PostAsync("/reviews", """{"text":"c"}""");
        var large = await app.PostAsync("/reviews", """[{"text":"c"},{"text":"d"}]""");

        Assert.Contains("The queue of 1 rows is full", await TestApp.ErrorAsync(refused, HttpStatusCode.TooManyRequests), StringComparison.Ordinal);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Contains("2 items", await TestApp.ErrorAsync(large, HttpStatusCode.RequestEntityTooLarge), StringComparison.Ordinal);
        gate.SetResult();
        await TestApp.JsonAsync(await running);
        await queued;
    }

    [Fact]
    public async Task Post_RequestTimeout_Is504()
    {
        await using var app = await StartAsync(
            function: (_, cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken),
            configure: builder => builder.Services.Configure<InferenceHttpOptions>(options => options.RequestTimeout = TimeSpan.FromMilliseconds(50)));

        await TestApp.ErrorAsync(await app.PostAsync("/reviews", """{"text":"a"}"""), HttpStatusCode.GatewayTimeout);
    }

    [Fact]
    public async Task Post_ModelRequiresAuthorization_AsksForIt()
    {
        await using var app = await StartAsync(
            configure: builder =>
            {
                builder.Services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("header", null);
                builder.Services.AddAuthorization();
            },
            model: model => model.RequireAuthorization());

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.PostAsync("/reviews", """{"text":"a"}""")).StatusCode);
    }

    [Fact]
    public async Task Post_OtherMethodOrType_IsAnsweredInOurWords()
    {
        await using var app = await StartAsync();

        Assert.Contains("takes POST", await TestApp.ErrorAsync(await app.GetAsync("/reviews"), HttpStatusCode.MethodNotAllowed), StringComparison.Ordinal);
        var response = await app.PostAsync("/reviews", [1, 2], new("application/octet-stream"));
        await TestApp.ErrorAsync(response, HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task Post_TimingWanted_IsInTheHeader()
    {
        await using var app = await StartAsync();

        var response = await app.PostAsync(
            "/reviews", Encoding.UTF8.GetBytes("""[{"text":"a"},{"text":"b"}]"""), new("application/json"), ("inference-timing", "true"));

        Assert.Equal(2, (await TestApp.JsonAsync(response)).GetArrayLength());
        Assert.Contains("batch;desc=2", Assert.Single(response.Headers.GetValues("inference-timing")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MapFunction_OpenApi_DescribesTheTypesOfTheApp()
    {
        await using var app = await StartAsync(
            configure: builder => builder.Services.AddOpenApi(),
            map: app => app.MapOpenApi());

        var document = await TestApp.JsonAsync(await app.GetAsync("/openapi/v1.json"));
        var post = document.GetProperty("paths").GetProperty("/reviews").GetProperty("post");

        Assert.Equal(
            "#/components/schemas/Review",
            post.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString());
        var responses = post.GetProperty("responses");
        Assert.Equal(
            "#/components/schemas/Verdict",
            responses.GetProperty("200").GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString());
        Assert.Equal(
            ["200", "400", "404", "408", "413", "415", "429", "500", "503", "504"],
            responses.EnumerateObject().Select(item => item.Name));
        var schemas = document.GetProperty("components").GetProperty("schemas");
        Assert.Equal(["text", "stars"], schemas.GetProperty("Review").GetProperty("properties").EnumerateObject().Select(item => item.Name));
        Assert.Equal(["sentiment", "length"], schemas.GetProperty("Verdict").GetProperty("properties").EnumerateObject().Select(item => item.Name));
        Assert.False(post.TryGetProperty("parameters", out _));
    }

    [Fact]
    public async Task MapFunction_JsonContracts_AreUsed()
    {
        await using var app = await StartAsync(map: app
            => app.MapFunction("/snake", "reviews", ReviewJson.Default.Review, ReviewJson.Default.Verdict).WithTags("mine"));

        var response = await app.PostAsync("/snake", """{"text":"good","stars":5}""");

        Assert.Equal("""{"sentiment":"positive","length":4}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task MapFunction_ItemsThatAreArrays_AlwaysTakesAnArrayOfThem()
    {
        await using var app = await StartAsync(
            configure: builder => builder.Services.AddModel("sums").UseFunction(
                (IReadOnlyList<float[]> items, CancellationToken _) => items.Select(item => item.Sum()).ToArray()),
            map: app => app.MapFunction("/sums", "sums"));

        Assert.Equal("[3,7]", await (await app.PostAsync("/sums", "[[1,2],[3,4]]")).Content.ReadAsStringAsync());
        await TestApp.ErrorAsync(await app.PostAsync("/sums", "[1,2]"), HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task MapFunction_UnknownModelOrOtherTypes_ThrowsTheMend()
    {
        await using var app = await StartAsync(map: app =>
        {
            Assert.Contains(
                "no typed function 'nobody'",
                Assert.Throws<InvalidOperationException>(() => app.MapFunction("/x", "nobody")).Message,
                StringComparison.Ordinal);
            Assert.Contains(
                "takes Review and gives Verdict, not Verdict and Review",
                Assert.Throws<InvalidOperationException>(() => app.MapFunction(
                    "/x", "reviews", ReviewJson.Default.Verdict, ReviewJson.Default.Review)).Message,
                StringComparison.Ordinal);
        });
    }

    private static async Task<TestApp> StartAsync(
        Func<ItemBatch<Review, Verdict>, CancellationToken, Task>? function = null,
        Action<WebApplicationBuilder>? configure = null,
        Action<WebApplication>? map = null,
        Action<Inference.Hosting.DependencyInjection.IModelBuilder>? model = null)
    {
        var app = await TestApp.StartAsync(
            [],
            kestrel: true,
            configure: builder =>
            {
                var added = builder.Services.AddModel<IBatchFunction<Review, Verdict>>("reviews");
                if (function is not null)
                {
                    added.UseFunction(function);
                }
                else
                {
                    added.UseFunction<Review, Verdict>(JudgeAsync);
                }

                model?.Invoke(added);
                configure?.Invoke(builder);
            },
            map: app =>
            {
                app.MapFunction("/reviews", "reviews");
                map?.Invoke(app);
            });
        await app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync().WaitAsync(TestApp.Patience);
        return app;
    }

    private static async Task<IReadOnlyList<Verdict>> JudgeAsync(IReadOnlyList<Review> items, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return [.. items.Select(item => item.Text switch
        {
            "bad" => throw new InferenceException(InferenceErrorCode.InvalidInput, "'bad' is no review."),
            "throw" => throw new FormatException("secret"),
            _ => new Verdict(item.Stars > 3 ? "positive" : item.Stars < 3 ? "negative" : "neutral", item.Text.Length),
        })];
    }
}
