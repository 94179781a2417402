// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text;
using System.Net.Http.Headers;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.DependencyInjection;
using Inference.Hosting.Tensors;
using Inference.Hosting.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.V2;

public sealed class RoutesTests
{
    [Fact]
    public async Task Get_ServerMetadata_NamesExtensions()
    {
        await using var app = await TestApp.StartAsync(TestModels.AddSub());

        var json = await TestApp.JsonAsync(await app.GetAsync("/v2"));

        Assert.Equal("Inference.Hosting", json.GetProperty("name").GetString());
        Assert.NotEmpty(json.GetProperty("version").GetString()!);
        Assert.Contains("binary_tensor_data", json.GetProperty("extensions").EnumerateArray().Select(item => item.GetString()));
    }

    [Theory]
    [InlineData("/v2/models/addsub")]
    [InlineData("/v2/models/addsub/versions/1")]
    public async Task Get_ModelMetadata_TellsTheGraph(string path)
    {
        await using var app = await TestApp.StartAsync(TestModels.AddSub());

        var json = await TestApp.JsonAsync(await app.GetAsync(path));

        Assert.Equal(
            """{"name":"addsub","versions":["1"],"platform":"onnxruntime_onnx","inputs":[{"name":"INPUT0","datatype":"INT32","shape":[-1,16]},{"name":"INPUT1","datatype":"INT32","shape":[-1,16]}],"outputs":[{"name":"OUTPUT0","datatype":"INT32","shape":[-1,16]},{"name":"OUTPUT1","datatype":"INT32","shape":[-1,16]}]}""",
            json.GetRawText());
    }

    [Fact]
    public async Task Get_Config_SpeaksOfOneRow()
    {
        await using var app = await TestApp.StartAsync(TestModels.AddSub());

        var json = await TestApp.JsonAsync(await app.GetAsync("/v2/models/addsub/config"));

        Assert.Equal(8, json.GetProperty("max_batch_size").GetInt32());
        Assert.Equal("TYPE_INT32", json.GetProperty("input")[0].GetProperty("data_type").GetString());
        Assert.Equal("[16]", json.GetProperty("input")[0].GetProperty("dims").GetRawText());
        Assert.Equal("KIND_CPU", json.GetProperty("instance_group")[0].GetProperty("kind").GetString());
        Assert.Equal("onnxruntime", json.GetProperty("backend").GetString());
    }

    [Fact]
    public async Task Get_Config_TellsTheBatchingOptionsInForce()
    {
        await using var app = await OnnxApp.StartAsync(services => services.AddModel("addsub").UseOnnxRuntime(OnnxModels.AddSub().ToBytes())
            .WithBatching(options =>
            {
                options.MaxQueueDelay = TimeSpan.FromMicroseconds(1500);
                options.AllowedBatchSizes.Add(4);
                options.AllowedBatchSizes.Add(16);
            }));

        foreach (var path in new[] { "/v2/models/addsub/config", "/v2/models/addsub/versions/1/config" })
        {
            var json = await TestApp.JsonAsync(await app.GetAsync(path));

            Assert.Equal(16, json.GetProperty("max_batch_size").GetInt32());
            Assert.Equal(
                """{"preferred_batch_size":[4,16],"max_queue_delay_microseconds":1500}""", json.GetProperty("dynamic_batching").GetRawText());
        }
    }

    [Theory]
    [InlineData("/v2/models/stats")]
    [InlineData("/v2/models/addsub/stats")]
    [InlineData("/v2/models/addsub/versions/1/stats")]
    public async Task Get_Statistics_TellsCounters(string path)
    {
        var model = TestModels.AddSub();
        var run = new DurationStatistic(2, TimeSpan.FromMicroseconds(3));
        model.Statistics = new ModelStatistics
        {
            LastInference = DateTimeOffset.FromUnixTimeMilliseconds(1234),
            InferenceCount = 9,
            ExecutionCount = 2,
            Success = run,
            Queue = run,
            Batches = [new BatchStatistics(8, run, run, run)],
            MemoryBytes = 77,
        };
        await using var app = await TestApp.StartAsync(model);

        var json = await TestApp.JsonAsync(await app.GetAsync(path));

        var row = json.GetProperty("model_stats")[0];
        Assert.Equal(1234, row.GetProperty("last_inference").GetInt64());
        Assert.Equal((9, 2), (row.GetProperty("inference_count").GetInt32(), row.GetProperty("execution_count").GetInt32()));
        Assert.Equal("""{"count":2,"ns":3000}""", row.GetProperty("inference_stats").GetProperty("success").GetRawText());
        Assert.Equal("""{"count":0,"ns":0}""", row.GetProperty("inference_stats").GetProperty("fail").GetRawText());
        Assert.Equal(8, row.GetProperty("batch_stats")[0].GetProperty("batch_size").GetInt32());
        Assert.Equal("""[{"type":"CPU","id":0,"byte_size":77}]""", row.GetProperty("memory_usage").GetRawText());
        Assert.Equal("{}", row.GetProperty("response_stats").GetRawText());
    }

    [Fact]
    public async Task Get_StatisticsOfAModelOnSeveralDevices_TellsTheMemoryOfEach()
    {
        var model = TestModels.AddSub();
        model.Statistics = new ModelStatistics { MemoryBytes = 300 };
        var version = model.Info.Default! with { Metadata = model.Info.Default.Metadata! with { Devices = ["cpu", "cuda:1", "webgpu"] } };
        model.Info = model.Info with { Versions = [version], Default = version };
        await using var app = await TestApp.StartAsync(model);

        var json = await TestApp.JsonAsync(await app.GetAsync("/v2/models/addsub/stats"));

        Assert.Equal(
            """[{"type":"CPU","id":0,"byte_size":100},{"type":"GPU","id":1,"byte_size":100},{"type":"GPU","id":0,"byte_size":100}]""",
            json.GetProperty("model_stats")[0].GetProperty("memory_usage").GetRawText());
    }

    [Theory]
    [InlineData("/v2/models/none")]
    [InlineData("/v2/models/none/ready")]
    [InlineData("/v2/models/none/config")]
    [InlineData("/v2/models/none/stats")]
    [InlineData("/v2/models/addsub/versions/99")]
    [InlineData("/v2/models/addsub/versions/99/ready")]
    [InlineData("/v2/models/addsub/versions/99/stats")]
    public async Task Get_UnknownModelOrVersion_Is404(string path)
    {
        await using var app = await TestApp.StartAsync(TestModels.AddSub());

        await TestApp.ErrorAsync(await app.GetAsync(path), HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/v2/models/none/infer")]
    [InlineData("/v2/models/addsub/versions/99/infer")]
    public async Task Infer_UnknownModelOrVersion_Is404(string path)
    {
        await using var app = await TestApp.StartAsync(TestModels.AddSub());

        await TestApp.ErrorAsync(await app.PostAsync(path, TestModels.AddSubBody), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Infer_AliasWithSlash_FindsTheModel()
    {
        var model = TestModels.AddSub();
        model.Info = model.Info with { Aliases = ["org/name:a"] };
        await using var app = await TestApp.StartAsync([model], kestrel: true);

        var json = await TestApp.JsonAsync(await app.PostAsync("/v2/models/org%2Fname:a/infer", TestModels.AddSubBody));

        Assert.Equal("addsub", json.GetProperty("model_name").GetString());
    }

    [Theory]
    [InlineData(ModelState.Loading, "is loading")]
    [InlineData(ModelState.Failed, "could not be loaded: The file is missing.")]
    [InlineData(ModelState.Draining, "is shutting down")]
    [InlineData(ModelState.Unloaded, "is not loaded")]
    public async Task NotReady_Is503WithReasonAndRetryAfter(ModelState state, string reason)
    {
        var model = TestModels.AddSub();
        model.Info = new ModelInfo("addsub", [new ModelVersionInfo("1", state)
        {
            Reason = state == ModelState.Failed ? "The file is missing." : null,
            RetryAfter = TimeSpan.FromSeconds(4.2),
        }]);
        await using var app = await TestApp.StartAsync(model);

        var infer = await app.PostAsync("/v2/models/addsub/infer", TestModels.AddSubBody);
        var pinned = await app.PostAsync("/v2/models/addsub/versions/1/infer", TestModels.AddSubBody);
        var ready = await app.GetAsync("/v2/models/addsub/ready");
        var server = await app.GetAsync("/v2/health/ready");
        var metadata = await app.GetAsync("/v2/models/addsub");

        Assert.Contains(reason, await TestApp.ErrorAsync(infer, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
        Assert.Contains(reason, await TestApp.ErrorAsync(pinned, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
        await TestApp.ErrorAsync(metadata, HttpStatusCode.ServiceUnavailable);
        var modelBody = await TestApp.JsonAsync(ready, HttpStatusCode.ServiceUnavailable);
        Assert.False(modelBody.GetProperty("ready").GetBoolean());
        Assert.Contains(reason, modelBody.GetProperty("error").GetString()!, StringComparison.Ordinal);
        Assert.False((await TestApp.JsonAsync(server, HttpStatusCode.ServiceUnavailable)).GetProperty("ready").GetBoolean());
        foreach (var response in new[] { infer, pinned, ready, server, metadata })
        {
            Assert.Equal("5", Assert.Single(response.Headers.GetValues("Retry-After")));
        }

        Assert.Equal(0, model.Calls);
    }

    [Fact]
    public async Task ServerReady_ModelNobodyWaitsFor_IsReady()
    {
        var model = TestModels.AddSub();
        model.Info = new ModelInfo("addsub", [new ModelVersionInfo("1", ModelState.Unloaded)]) { IsAwaited = false };
        await using var app = await TestApp.StartAsync(model);

        Assert.True((await TestApp.JsonAsync(await app.GetAsync("/v2/health/ready"))).GetProperty("ready").GetBoolean());
    }

    [Fact]
    public async Task Health_Live_IsTrue()
    {
        await using var app = await TestApp.StartAsync(TestModels.AddSub());

        Assert.Equal("""{"live":true}""", await app.Client.GetStringAsync("/v2/health/live"));
        Assert.Equal("""{"name":"addsub","ready":true}""", await app.Client.GetStringAsync("/v2/models/addsub/ready"));
    }

    [Theory]
    [InlineData("/v2")]
    [InlineData("/v2/health/live")]
    [InlineData("/v2/health/ready")]
    [InlineData("/v2/models/addsub/ready")]
    [InlineData("/v2/models/addsub")]
    public async Task Head_AnswersAsGetWithoutBody(string path)
    {
        await using var app = await TestApp.StartAsync([TestModels.AddSub()], kestrel: true);

        var get = await app.GetAsync(path);
        var head = await app.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

        Assert.Equal(get.StatusCode, head.StatusCode);
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("POST", "/v2/health/live", "GET, HEAD")]
    [InlineData("DELETE", "/v2/models/addsub", "GET, HEAD")]
    [InlineData("GET", "/v2/models/addsub/infer", "POST")]
    public async Task WrongMethod_Is405WithAllow(string method, string path, string allow)
    {
        await using var app = await TestApp.StartAsync([TestModels.AddSub()], kestrel: true);

        var response = await app.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        await TestApp.ErrorAsync(response, HttpStatusCode.MethodNotAllowed);
        Assert.Equal(allow, string.Join(", ", response.Content.Headers.Allow));
    }

    [Theory]
    [InlineData("text/plain", 415)]
    [InlineData("application/xml", 415)]
    [InlineData("application/x-www-form-urlencoded", 200)]
    [InlineData("multipart/form-data; boundary=x", 415)]
    [InlineData("application/json", 200)]
    [InlineData("application/json; charset=utf-8", 200)]
    [InlineData("application/octet-stream", 200)]
    [InlineData("application/vnd.acme+json", 200)]
    [InlineData(null, 200)]
    public async Task Infer_ContentType_IsChecked(string? type, int status)
    {
        await using var app = await TestApp.StartAsync(TestModels.AddSub());

        var response = await app.PostAsync(
            "/v2/models/addsub/infer", Encoding.UTF8.GetBytes(TestModels.AddSubBody), type is null ? null : MediaTypeHeaderValue.Parse(type));

        Assert.Equal(status, (int)response.StatusCode);
        if (status == 415)
        {
            Assert.Contains("application/json", await TestApp.ErrorAsync(response, HttpStatusCode.UnsupportedMediaType), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task MapInference_Prefix_MovesRoutesAndAnswersUnknownOnes()
    {
        await using var app = await TestApp.StartAsync([TestModels.AddSub()], map: app => app.MapInference("inference/"));

        await TestApp.JsonAsync(await app.PostAsync("/inference/v2/models/addsub/infer", TestModels.AddSubBody));
        await TestApp.ErrorAsync(await app.GetAsync("/inference/v2/nothing"), HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.NotFound, (await app.GetAsync("/v2")).StatusCode);
        Assert.Empty(await (await app.GetAsync("/elsewhere")).Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task MapInference_WithoutPrefix_LeavesUnknownPathsToTheApp()
    {
        await using var app = await TestApp.StartAsync([TestModels.AddSub()], map: app =>
        {
            app.MapInference();
            app.MapGet("/v2/mine", () => "mine");
        });

        Assert.Equal("mine", await app.Client.GetStringAsync("/v2/mine"));
    }

    [Fact]
    public async Task MapInference_WithoutModels_SaysWhatToCall()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => TestApp.StartAsync());

        Assert.Contains("AddModel", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MapInference_Conventions_ReachInferenceAndNotHealth()
    {
        await using var app = await TestApp.StartAsync([TestModels.AddSub()], map: app =>
        {
            var inference = app.MapInference();
            inference.Mark("all");
            inference.Health.Mark("health");
            ((IEndpointConventionBuilder)inference).Finally(builder => builder.Metadata.Add("last"));
        });
        var endpoints = app.Services.GetRequiredService<Microsoft.AspNetCore.Routing.EndpointDataSource>().Endpoints;

        var infer = endpoints.Where(endpoint => endpoint.DisplayName!.StartsWith("Inference", StringComparison.Ordinal)).ToArray();
        var live = endpoints.Where(endpoint => endpoint.DisplayName!.StartsWith("Server liveness", StringComparison.Ordinal)).ToArray();

        Assert.All(infer, endpoint => Assert.Equal(["all", "last"], endpoint.Metadata.OfType<string>()));
        Assert.All(live, endpoint => Assert.Equal(["health"], endpoint.Metadata.OfType<string>()));
        Assert.Equal((4, 2), (infer.Length, live.Length));
    }

    [Fact]
    public async Task MapInference_OtherProtocols_AreMappedToo()
    {
        await using var app = await TestApp.StartAsync(
            [TestModels.AddSub()],
            configure: builder => builder.Services.AddSingleton<IProtocolEndpoints, Ping>(),
            map: app => app.MapInference("/ai"));

        Assert.Equal("pong", await app.Client.GetStringAsync("/ai/knock"));
        Assert.Equal("pong", await app.Client.GetStringAsync("/root-knock"));
    }

    [Fact]
    public async Task Exception_Is500InOurWordsAndLogged()
    {
        var model = new FakeModel("id", TestModels.Identity(TensorDataType.FP32, -1).Metadata, (_, _) => throw new InvalidOperationException("secret /path"));
        await using var app = await TestApp.StartAsync(model);

        var error = await TestApp.ErrorAsync(
            await app.PostAsync("/v2/models/id/infer", """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}"""),
            HttpStatusCode.InternalServerError);

        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
        var entry = Assert.Single(app.Log.Entries, entry => entry.Event.Id == 600);
        Assert.Equal("RequestFailed", entry.Event.Name);
        Assert.Equal("secret /path", entry.Exception!.Message);
    }

    [Theory]
    [InlineData(InferenceErrorCode.InvalidInput, 400, null)]
    [InlineData(InferenceErrorCode.Unsupported, 400, null)]
    [InlineData(InferenceErrorCode.NotFound, 404, null)]
    [InlineData(InferenceErrorCode.PayloadTooLarge, 413, null)]
    [InlineData(InferenceErrorCode.QueueFull, 429, "1")]
    [InlineData(InferenceErrorCode.NotReady, 503, "1")]
    [InlineData(InferenceErrorCode.DeadlineExceeded, 504, null)]
    [InlineData(InferenceErrorCode.EngineFailed, 500, null)]
    public async Task Failure_OfEachCode_HasItsStatus(InferenceErrorCode code, int status, string? retryAfter)
    {
        var model = new FakeModel("id", TestModels.Identity(TensorDataType.FP32, -1).Metadata, (_, _) =>
            throw new InferenceException(code, "Because 'x' so.") { RetryAfter = TimeSpan.FromMilliseconds(20) });
        await using var app = await TestApp.StartAsync(model);

        var response = await app.PostAsync("/v2/models/id/infer", """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}""");

        Assert.Equal("Because 'x' so.", await TestApp.ErrorAsync(response, (HttpStatusCode)status));
        Assert.Equal(retryAfter, response.Headers.TryGetValues("Retry-After", out var values) ? values.Single() : null);
    }

    private sealed class Ping : IProtocolEndpoints
    {
        public void Map(InferenceRouteGroups groups)
        {
            groups.Inference.MapGet("/knock", context => context.Response.WriteAsync("pong"));
            groups.RootInference.MapGet("/root-knock", context => context.Response.WriteAsync("pong"));
        }
    }
}

file static class Marks
{
    public static void Mark(this IEndpointConventionBuilder builder, string mark)
        => builder.Add(endpoint => endpoint.Metadata.Add(mark));
}
