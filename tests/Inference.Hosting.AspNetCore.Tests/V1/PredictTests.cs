// SPDX-License-Identifier: Apache-2.0

using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.DependencyInjection;
using Inference.Hosting.Tensors;
using Inference.Hosting.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.V1;

public sealed class PredictTests
{
    private static readonly MediaTypeHeaderValue _json = MediaTypeHeaderValue.Parse("application/json");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Vector50_Iris_Predicts(bool kestrel)
    {
        await using var app = await OnnxApp.StartAsync(AddIris, kestrel, configure: EnableV1);

        var response = await app.PostAsync("/v1/models/iris:predict", """{"instances":[[6.8,2.8,4.8,1.4],[6.0,3.4,4.5,1.6]]}""");

        Assert.Equal("""{"predictions":[1,1]}""", await OkAsync(response));
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
    }

    [Theory]
    [InlineData("""{"instances":[{"INPUT0":[1,2],"INPUT1":[3,4]},{"INPUT1":[7,8],"INPUT0":[5,6]}]}""")]
    [InlineData("""{"inputs":[{"INPUT0":[1,2],"INPUT1":[3,4]},{"INPUT0":[5,6],"INPUT1":[7,8]}]}""")]
    [InlineData("""{"inputs":{"INPUT0":[[1,2],[5,6]],"INPUT1":[[3,4],[7,8]]}}""")]
    [InlineData("""{"signature_name":"serving_default","instances":[{"INPUT0":[1.0,2],"INPUT1":[3e0,4]},{"INPUT0":[5,6],"INPUT1":[7,8]}],"other":{"a":[1,{}]}}""")]
    [InlineData("""{"instances":null,"inputs":{"INPUT0":[[1,2],[5,6]],"INPUT1":[[3,4],[7,8]]},"parameters":null}""")]
    public async Task Predict_SeveralInputsAndOutputs_InEveryForm(string body)
    {
        await using var app = await StartAsync(AddSub(2));

        Assert.Equal(
            """{"predictions":[{"OUTPUT0":[4,6],"OUTPUT1":[-2,-2]},{"OUTPUT0":[12,14],"OUTPUT1":[-2,-2]}]}""",
            await OkAsync(await app.PostAsync("/v1/models/addsub:predict", body)));
    }

    [Fact]
    public async Task Predict_OnnxModel_MeetsOtherDoorsInItsQueue()
    {
        await using var app = await OnnxApp.StartAsync(
            services => services.AddModel("addsub").UseOnnxRuntime(OnnxModels.AddSub().ToBytes()), kestrel: true, configure: EnableV1);
        var row = string.Join(',', Enumerable.Range(1, 16));

        var json = await TestApp.JsonAsync(await app.PostAsync(
            "/v1/models/addsub:predict", $$"""{"instances":[{"INPUT0":[{{row}}],"INPUT1":[{{row}}]}]}"""));

        var prediction = Assert.Single(json.GetProperty("predictions").EnumerateArray());
        Assert.Equal(Enumerable.Range(1, 16).Select(i => 2 * i), prediction.GetProperty("OUTPUT0").EnumerateArray().Select(item => item.GetInt32()));
        var statistics = await TestApp.JsonAsync(await app.GetAsync("/v2/models/addsub/stats"));
        Assert.Equal(1, statistics.GetProperty("model_stats")[0].GetProperty("inference_count").GetInt32());
    }

    [Theory]
    [InlineData("""{"instances":["a","Ü\u0041",""]}""", """{"predictions":["a","ÜA",""]}""")]
    [InlineData("""{"instances":[{"b64":"YQ=="},"b",{"b64":"\/w=="}]}""", """{"predictions":["a","b",{"b64":"/w=="}]}""")]
    [InlineData("""{"instances":[{"x":"a"},{"x":{"b64":"AP8="}}]}""", """{"predictions":["a",{"b64":"AP8="}]}""")]
    [InlineData("""{"inputs":{"x":["a",{"b64":""}]}}""", """{"predictions":["a",""]}""")]
    public async Task Predict_Bytes_AreTextOrBase64(string body, string expected)
    {
        await using var app = await StartAsync(TestModels.Identity(TensorDataType.Bytes, -1));

        Assert.Equal(expected, await OkAsync(await app.PostAsync("/v1/models/id:predict", body)));
    }

    [Fact]
    public async Task Predict_NestedBytes_KeepTheirShape()
    {
        await using var app = await StartAsync(TestModels.Identity(TensorDataType.Bytes, -1, 2));

        Assert.Equal(
            """{"predictions":[["a",{"b64":"/w=="}],["b","c"]]}""",
            await OkAsync(await app.PostAsync("/v1/models/id:predict", """{"instances":[["a",{"b64":"/w=="}],["b","c"]]}""")));
    }

    [Theory]
    [InlineData("""{"instances":[{"b64":"*"}]}""")]
    [InlineData("""{"instances":[{"b64":1}]}""")]
    [InlineData("""{"instances":[{"b64":"YQ==","b64":"YQ=="}]}""")]
    [InlineData("""{"instances":[{"b64":"YQ==","x":"a"}]}""")]
    [InlineData("""{"instances":[{"x":{}}]}""")]
    [InlineData("""{"instances":[{"x":{"base64":"YQ=="}}]}""")]
    [InlineData("""{"instances":[1]}""")]
    [InlineData("""{"instances":["\ud800"]}""")]
    [InlineData("""{"instances":[{"b64":"\ud800"}]}""")]
    public async Task Predict_BadBytes_Is400ThatNamesTheInstance(string body)
    {
        await using var app = await StartAsync(TestModels.Identity(TensorDataType.Bytes, -1));

        var error = await TestApp.ErrorAsync(await app.PostAsync("/v1/models/id:predict", body), HttpStatusCode.BadRequest);

        Assert.StartsWith("Instance 0, input 'x': element 0", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"instances":[1,2,3]}""", """{"predictions":[1,2,3]}""")]
    [InlineData("""{"instances":[{"x":1},2.0,{"x":3e0}]}""", """{"predictions":[1,2,3]}""")]
    [InlineData("""{"inputs":[9223372036854775807,-9223372036854775808]}""", """{"predictions":[9223372036854775807,-9223372036854775808]}""")]
    [InlineData("""{"inputs":{"x":[7]}}""", """{"predictions":[7]}""")]
    public async Task Predict_Scalars_AreExact(string body, string expected)
    {
        await using var app = await StartAsync(TestModels.Identity(TensorDataType.Int64, -1));

        Assert.Equal(expected, await OkAsync(await app.PostAsync("/v1/models/id:predict", body)));
    }

    [Theory]
    [InlineData("""{"instances":[[1,2],[3,4.5]]}""", "Instance 1, input 'x': element 1 is a number that does not fit; INT32 takes an integer")]
    [InlineData("""{"instances":[[1,2],[3,2147483648]]}""", "Instance 1, input 'x': element 1 is a number that does not fit")]
    [InlineData("""{"instances":[[1,null]]}""", "Instance 0, input 'x': element 1 is null")]
    [InlineData("""{"instances":[null]}""", "Instance 0, input 'x': element 0 is null")]
    [InlineData("""{"instances":[[1,"2"]]}""", "is a string")]
    [InlineData("""{"instances":[[1,{"a":1}]]}""", "is an object")]
    [InlineData("""{"instances":[[1,[2]]]}""", "Instance 0, input 'x' has elements at different depths.")]
    [InlineData("""{"instances":[[[1],[2,3]]]}""", "has nested arrays of 1 and of 2 elements")]
    [InlineData("""{"instances":[[1,2],[3]]}""", "Instance 1, input 'x': shape [1] is unlike [2] of instance 0")]
    [InlineData("""{"instances":[[1,2],[3,4],[[5,6]]]}""", "Instance 2, input 'x': shape [1,2] is unlike [2] of instance 0")]
    [InlineData("""{"instances":[{"y":[1,2]}]}""", "Instance 0: there is no input 'y'. The model takes: x.")]
    [InlineData("""{"instances":[{"x":[1,2],"x":[1,2]}]}""", "Instance 0: input 'x' is given twice.")]
    [InlineData("""{"instances":[{"x":[1,2]},{}]}""", "Instance 1: input 'x' is missing.")]
    [InlineData("""{"inputs":{"y":[[1,2]]}}""", "There is no input 'y'.")]
    [InlineData("""{"inputs":{"x":[[1,2]],"x":[[1,2]]}}""", "Input 'x' is given twice.")]
    [InlineData("""{"inputs":{"x":[[1,2],[3]]}}""", "Input 'x' has nested arrays of 2 and of 1 elements at one depth.")]
    [InlineData("""{"instances":[]}""", "There are no instances.")]
    [InlineData("""{"instances":{}}""", "'instances' must be an array.")]
    [InlineData("""{"inputs":5}""", "'inputs' must be an array of instances or an object of tensors.")]
    [InlineData("""{"instances":[[1,2]],"inputs":[[1,2]]}""", "The request has its data twice.")]
    [InlineData("""{"inputs":{"x":[[1,2]]},"instances":[[1,2]]}""", "The request has its data twice.")]
    [InlineData("{}", "The request has no 'instances'.")]
    [InlineData("[]", "The body must be a JSON object.")]
    [InlineData("", "The body is not valid JSON")]
    [InlineData("""{"instances":[[1,2]""", "The body is not valid JSON")]
    [InlineData("""{"instances":[[1,2]]} x""", "The body is not valid JSON")]
    [InlineData("""{"instances":[{"\ud800":1}]}""", "not valid UTF-8")]
    public async Task Predict_BadBody_Is400AndSaysWhere(string body, string expected)
    {
        var model = TestModels.Identity(TensorDataType.Int32, -1, 2);
        await using var app = await StartAsync(model);

        var error = await TestApp.ErrorAsync(await app.PostAsync("/v1/models/id:predict", body), HttpStatusCode.BadRequest);

        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Equal(0, model.Calls);
    }

    [Fact]
    public async Task Predict_ModelOfSeveralInputs_WantsThemByName()
    {
        await using var app = await StartAsync(AddSub(2));

        Assert.Equal(
            "Instance 0 must be an object with the inputs INPUT0, INPUT1.",
            await TestApp.ErrorAsync(await app.PostAsync("/v1/models/addsub:predict", """{"instances":[[1,2]]}"""), HttpStatusCode.BadRequest));
        Assert.Equal(
            "Instance 1: input 'INPUT1' is missing.",
            await TestApp.ErrorAsync(
                await app.PostAsync("/v1/models/addsub:predict", """{"instances":[{"INPUT0":[1,2],"INPUT1":[1,2]},{"INPUT0":[1,2]}]}"""),
                HttpStatusCode.BadRequest));
    }

    [Theory]
    [InlineData("""{"instances":[{"x":1},{"x":2}]}""", """{"predictions":[1,2]}""")]
    [InlineData("""{"instances":[1,2]}""", """{"predictions":[1,2]}""")]
    [InlineData("""{"instances":[{"x":1,"o":3},{"x":2,"o":4}]}""", """{"predictions":[{"x":1,"o":3},{"x":2,"o":4}]}""")]
    [InlineData("""{"instances":[{"x":1,"o":null}]}""", """{"predictions":[1]}""")]
    public async Task Predict_OptionalInput_MayBeLeftOut(string body, string expected)
    {
        await using var app = await StartAsync(FakeModel.Identity(
            "id", TestModels.Spec("x", TensorDataType.Int32, -1), TestModels.Spec("o", TensorDataType.Int32, -1) with { IsOptional = true }));

        Assert.Equal(expected, await OkAsync(await app.PostAsync("/v1/models/id:predict", body)));
    }

    [Fact]
    public async Task Predict_OptionalInputOfSomeInstances_Is400()
    {
        await using var app = await StartAsync(FakeModel.Identity(
            "id", TestModels.Spec("x", TensorDataType.Int32, -1), TestModels.Spec("o", TensorDataType.Int32, -1) with { IsOptional = true }));

        foreach (var body in new[] { """{"instances":[{"x":1},{"x":2,"o":4}]}""", """{"instances":[{"x":1,"o":3},{"x":2}]}""" })
        {
            Assert.Contains(
                "Instance 1: input 'o'",
                await TestApp.ErrorAsync(await app.PostAsync("/v1/models/id:predict", body), HttpStatusCode.BadRequest),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Predict_RaggedRows_AreCallsOfOneVersionInTheOrderOfTheInstances()
    {
        var pins = new System.Collections.Concurrent.ConcurrentBag<string?>();
        var spec = TestModels.Spec("x", TensorDataType.Int32, -1, -1);
        await using var app = await StartAsync(new FakeModel("id", new ModelMetadata("id", "1", [spec], [spec]), (request, _) =>
        {
            pins.Add(InferenceContext.Current?.Version);
            return new(FakeModel.Copy(request.Inputs));
        }));

        Assert.Equal(
            """{"predictions":[[1,2],[3,4],[5],[6,7],[],[8]]}""",
            await OkAsync(await app.PostAsync("/v1/models/id:predict", """{"instances":[[1,2],[3,4],[5],[6,7],[],[8]]}""")));
        Assert.Equal(["1", "1", "1", "1", "1"], pins);
    }

    [Fact]
    public async Task Predict_RaggedRowsOfARealModel_ShareItsBatches()
    {
        await using var app = await OnnxApp.StartAsync(
            services => services.AddModel("sum").UseFunction(
                [new("x", TensorDataType.Int32, [-1, -1])],
                [new("y", TensorDataType.Int32, [-1])],
                (batch, _) =>
                {
                    var x = batch.Input<int>("x");
                    var y = batch.Output<int>("y");
                    var width = x.Length / Math.Max(batch.Rows, 1);
                    for (var row = 0; row < batch.Rows; row++)
                    {
                        y[row] = 0;
                        foreach (var value in x.Slice(row * width, width))
                        {
                            y[row] += value;
                        }
                    }
                }).WithRaggedAxis("x"),
            configure: EnableV1);

        Assert.Equal(
            """{"predictions":[3,12,0,13]}""",
            await OkAsync(await app.PostAsync("/v1/models/sum:predict", """{"instances":[[1,2],[3,4,5],[0],[6,7]]}""")));
    }

    [Fact]
    public async Task Predict_TooManyRaggedShapes_Is400()
    {
        await using var app = await StartAsync(
            [TestModels.Identity(TensorDataType.Int32, -1, -1)], configure: builder => builder.Services.Configure<InferenceHttpOptions>(options => options.MaxTensors = 2));

        Assert.Contains(
            "MaxTensors",
            await TestApp.ErrorAsync(await app.PostAsync("/v1/models/id:predict", """{"instances":[[1],[1,2],[1]]}"""), HttpStatusCode.BadRequest),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_OneRaggedCallFails_IsItsErrorAndFreesTheOthers()
    {
        var freed = 0;
        var spec = TestModels.Spec("x", TensorDataType.Int32, -1, -1);
        await using var app = await StartAsync(new FakeModel("id", new ModelMetadata("id", "1", [spec], [spec]), async (request, cancellationToken) =>
        {
            switch (request.Inputs["x"].Shape[1])
            {
                case 1:
                    throw new InferenceException(InferenceErrorCode.QueueFull, "Full.") { RetryAfter = TimeSpan.FromSeconds(3) };
                case 2:
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                    break;
            }

            return new InferenceResponse([], owner: new Freed(() => Interlocked.Increment(ref freed)));
        }));

        var response = await app.PostAsync("/v1/models/id:predict", """{"instances":[[1,2],[1,2,3],[1]]}""");

        Assert.Equal("Full.", await TestApp.ErrorAsync(response, HttpStatusCode.TooManyRequests));
        Assert.Equal("3", response.Headers.RetryAfter?.ToString());
        Assert.Equal(1, freed);
    }

    [Theory]
    [InlineData(TensorDataType.Int32, """{"instances":[[[1,2],[3,4]],[[5,6],[7,8]],[[9,10],[11,12]]]}""", "1,2,5,6,9,10,3,4,7,8,11,12")]
    [InlineData(TensorDataType.Bytes, """{"instances":[[["1","2"],["3","4"]],[["5","6"],["7","8"]],[["9","10"],["11","12"]]]}""", "1,2,5,6,9,10,3,4,7,8,11,12")]
    public async Task Predict_RowsOnAnotherAxis_AreMovedThereAndBack(TensorDataType type, string body, string expected)
    {
        string? seen = null;
        var spec = new TensorSpec("x", type, [2, -1, 2]) { BatchAxis = 1 };
        await using var app = await StartAsync(new FakeModel("id", new ModelMetadata("id", "1", [spec], [spec]), (request, _) =>
        {
            var x = request.Inputs["x"];
            seen = x.Shape + " " + string.Join(',', type == TensorDataType.Bytes ? x.ToStrings() : x.ToArray<int>().Select(i => $"{i}"));
            return new(FakeModel.Copy(request.Inputs));
        }));

        var answer = await OkAsync(await app.PostAsync("/v1/models/id:predict", body));

        Assert.Equal("[2,3,2] " + expected, seen);
        Assert.Equal(body.Replace("instances", "predictions", StringComparison.Ordinal), answer);
    }

    [Fact]
    public async Task Predict_ModelWithoutRows_GivesOnePredictionForAll()
    {
        var spec = new TensorSpec("x", TensorDataType.FP32, [-1]);
        await using var app = await StartAsync(new FakeModel("stats", new ModelMetadata("stats", "1", [spec], [spec]), (request, _) =>
        {
            TensorCollection outputs = [];
            outputs.Add("sum", InferenceTensor.Create<float>([request.Inputs["x"].ToArray<float>().Sum()]));
            outputs.Add("sorted", InferenceTensor.Create(request.Inputs["x"].ToArray<float>().Order().ToArray(), 3, 1));
            outputs.Add("none", InferenceTensor.Create<float>([], 2, 0));
            return new(new InferenceResponse(outputs));
        }));

        Assert.Equal(
            """{"predictions":[{"sum":6,"sorted":[[1],[2],[3]],"none":[[],[]]}]}""",
            await OkAsync(await app.PostAsync("/v1/models/stats:predict", """{"instances":[3,1,2]}""")));
    }

    [Fact]
    public async Task Predict_NotFiniteNumbers_AreNull()
    {
        var spec = TestModels.Spec("x", TensorDataType.FP32, -1);
        await using var app = await StartAsync(new FakeModel("nan", new ModelMetadata("nan", "1", [spec], [spec]), (_, _) =>
        {
            TensorCollection outputs = [];
            outputs.Add("x", InferenceTensor.Create([float.NaN, float.NegativeInfinity, 0.1f], 3));
            return new(new InferenceResponse(outputs));
        }));

        Assert.Equal(
            """{"predictions":[null,null,0.1]}""", await OkAsync(await app.PostAsync("/v1/models/nan:predict", """{"instances":[1,2,3]}""")));
    }

    [Theory]
    [InlineData("/v1/models/org%2Fname:a:predict")]
    [InlineData("/v1/models/org%2Fname%3Aa:predict")]
    [InlineData("/v1/models/org%2fname:a%3Apredict")]
    [InlineData("/v1/models/%69d:predict")]
    public async Task Predict_NamesWithColonsAndEscapes_FindTheModel(string path)
    {
        var model = TestModels.Identity(TensorDataType.Int32, -1);
        model.Info = model.Info with { Aliases = ["org/name:a"] };
        await using var app = await StartAsync([model], kestrel: true);

        Assert.Equal("""{"predictions":[1]}""", await OkAsync(await app.PostAsync(path, """{"instances":[1]}""")));
    }

    [Fact]
    public async Task Predict_LargeAnswer_IsSentWhileItIsWritten()
    {
        await using var app = await StartAsync([TestModels.Identity(TensorDataType.Int32, -1, -1)], kestrel: true);
        var rows = Enumerable.Range(0, 100).Select(row => $"[{string.Join(',', Enumerable.Range(row * 1000, 1000))}]");
        var body = $"[{string.Join(',', rows)}]";

        var response = await app.PostAsync("/v1/models/id:predict", $$"""{"instances":{{body}}}""");

        Assert.True(response.Headers.TransferEncodingChunked);
        Assert.Equal($$"""{"predictions":{{body}}}""", await OkAsync(response));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Predict_CompressedBody_IsRead(string encoding)
    {
        await using var app = await StartAsync([TestModels.Identity(TensorDataType.Int32, -1)], kestrel: true);
        using var buffer = new MemoryStream();
        await using (Stream stream = encoding == "gzip"
            ? new GZipStream(buffer, CompressionMode.Compress, leaveOpen: true)
            : new ZLibStream(buffer, CompressionMode.Compress, leaveOpen: true))
        {
            await stream.WriteAsync("""{"instances":[1,2]}"""u8.ToArray());
        }

        var response = await app.PostAsync("/v1/models/id:predict", buffer.ToArray(), _json, ("Content-Encoding", encoding));

        Assert.Equal("""{"predictions":[1,2]}""", await OkAsync(response));
    }

    [Theory]
    [InlineData("MaxRequestBodySize", 413)]
    [InlineData("MaxTensorBytes", 413)]
    [InlineData("MaxRank", 400)]
    [InlineData("MaxJsonDepth", 400)]
    [InlineData("MaxNameLength", 400)]
    public async Task Predict_BeyondALimit_IsRefusedWithItsName(string limit, int status)
    {
        await using var app = await StartAsync([TestModels.Identity(TensorDataType.Int64, -1)], configure: builder =>
            builder.Services.Configure<InferenceHttpOptions>(options => _ = limit switch
            {
                "MaxRequestBodySize" => options.MaxRequestBodySize = 1024,
                "MaxTensorBytes" => options.MaxTensorBytes = 1024,
                "MaxRank" => options.MaxRank = 3,
                "MaxJsonDepth" => options.MaxJsonDepth = 8,
                _ => options.MaxNameLength = 8,
            }));
        var body = limit switch
        {
            "MaxRank" => """{"instances":[[[[[1]]]]]}""",
            "MaxJsonDepth" => """{"skipped":[[[[[[[[[[]]]]]]]]]],"instances":[1]}""",
            "MaxNameLength" => """{"instances":[{"much-too-long":1}]}""",
            _ => $$"""{"instances":[{{string.Join(',', Enumerable.Repeat(1, 1000))}}]}""",
        };

        var error = await TestApp.ErrorAsync(await app.PostAsync("/v1/models/id:predict", body), (HttpStatusCode)status);

        Assert.Contains(limit == "MaxRank" ? "deeper than 3 arrays" : limit, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_ModelThatIsNotThereOrNotReady_Is404Or503()
    {
        var model = TestModels.AddSub();
        var version = new ModelVersionInfo("1", ModelState.Loading) { Reason = "The model is loading." };
        model.Info = new ModelInfo("addsub", [version]);
        await using var app = await StartAsync(model);

        await TestApp.ErrorAsync(await app.PostAsync("/v1/models/none:predict", "{}"), HttpStatusCode.NotFound);
        var response = await app.PostAsync("/v1/models/addsub:predict", "{}");
        Assert.Contains("is loading", await TestApp.ErrorAsync(response, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
        Assert.Equal("1", response.Headers.RetryAfter?.ToString());
    }

    [Fact]
    public async Task Predict_OtherMethodOrType_IsAnsweredInOurWords()
    {
        await using var app = await StartAsync(AddSub(2));

        var get = await app.GetAsync("/v1/models/addsub:predict");
        Assert.Contains("POST", await TestApp.ErrorAsync(get, HttpStatusCode.MethodNotAllowed), StringComparison.Ordinal);
        Assert.Contains("POST", get.Content.Headers.Allow);
        var text = await app.PostAsync("/v1/models/addsub:predict", [1], MediaTypeHeaderValue.Parse("text/plain"));
        Assert.Equal("Send the body as application/json.", await TestApp.ErrorAsync(text, HttpStatusCode.UnsupportedMediaType));
        var binary = await app.PostAsync("/v1/models/addsub:predict", [1], MediaTypeHeaderValue.Parse("application/octet-stream"));
        await TestApp.ErrorAsync(binary, HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData(true, HttpStatusCode.OK, HttpStatusCode.MethodNotAllowed)]
    [InlineData(false, HttpStatusCode.NotFound, HttpStatusCode.NotFound)]
    public async Task Predict_UnlessEnabled_IsNotMapped(bool openAI, HttpStatusCode models, HttpStatusCode predict)
    {
        await using var app = await TestApp.StartAsync(
            [AddSub(2)], configure: builder => builder.Services.Configure<InferenceOpenAIOptions>(options => options.Enabled = openAI));

        // The list of models is OpenAI's too.
        foreach (var path in new[] { "/v1/models", "/v1/models/addsub" })
        {
            Assert.Equal(models, (await app.GetAsync(path)).StatusCode);
        }

        Assert.Equal(predict, (await app.PostAsync("/v1/models/addsub:predict", "{}")).StatusCode);
    }

    [Fact]
    public async Task Predict_UnderAPrefix_IsThereAndNowhereElse()
    {
        await using var app = await TestApp.StartAsync([AddSub(2)], configure: EnableV1, map: app => app.MapInference("/inference"));

        await OkAsync(await app.PostAsync("/inference/v1/models/addsub:predict", """{"instances":[{"INPUT0":[1,2],"INPUT1":[1,2]}]}"""));
        Assert.Equal(HttpStatusCode.NotFound, (await app.PostAsync("/v1/models/addsub:predict", "{}")).StatusCode);
        var unknown = await TestApp.JsonAsync(await app.GetAsync("/inference/v1/other"), HttpStatusCode.NotFound);
        Assert.Equal("unknown_url", unknown.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Predict_Timing_IsToldOnRequest()
    {
        await using var app = await StartAsync(TestModels.Identity(TensorDataType.Int32, -1, -1));

        var response = await app.PostAsync(
            "/v1/models/id:predict", Encoding.UTF8.GetBytes("""{"instances":[[1],[1,2]]}"""), _json, ("inference-timing", "true"));

        Assert.Contains("batch;desc=8", Assert.Single(response.Headers.GetValues("inference-timing")), StringComparison.Ordinal);
    }

    internal static void EnableV1(WebApplicationBuilder builder)
        => builder.Services.Configure<InferenceHttpOptions>(options => options.EnableV1 = true);

    internal static Task<TestApp> StartAsync(FakeModel[] models, bool kestrel = false, Action<WebApplicationBuilder>? configure = null)
        => TestApp.StartAsync(models, kestrel, builder =>
        {
            EnableV1(builder);
            configure?.Invoke(builder);
        });

    private static Task<TestApp> StartAsync(FakeModel model) => StartAsync([model]);

    private static async Task<string> OkAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode}: {text}");
        using var document = JsonDocument.Parse(text);
        return text;
    }

    // A decision tree of the iris data, of two cuts.
    private static void AddIris(IServiceCollection services) => services.AddModel("iris").UseFunction(
        [new("input", TensorDataType.FP32, [-1, 4])],
        [new("class", TensorDataType.Int64, [-1])],
        (batch, _) =>
        {
            var flowers = batch.Input<float>("input");
            var classes = batch.Output<long>("class");
            for (var row = 0; row < batch.Rows; row++)
            {
                var (length, width) = (flowers[(4 * row) + 2], flowers[(4 * row) + 3]);
                classes[row] = length < 2.45f ? 0 : width < 1.75f ? 1 : 2;
            }
        });

    private static FakeModel AddSub(int width)
    {
        var model = TestModels.AddSub();
        TensorSpec[] inputs = [TestModels.Spec("INPUT0", TensorDataType.Int32, -1, width), TestModels.Spec("INPUT1", TensorDataType.Int32, -1, width)];
        var metadata = model.Metadata with { Inputs = inputs };
        model.Info = new ModelInfo("addsub", [new ModelVersionInfo("1", ModelState.Ready) { Metadata = metadata }])
        {
            Default = new ModelVersionInfo("1", ModelState.Ready) { Metadata = metadata },
        };
        return model;
    }

    private sealed class Freed(Action freed) : IDisposable
    {
        public void Dispose() => freed();
    }
}
