// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Tensors;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.V2;

public sealed class InferTests
{
    [Fact]
    public async Task Infer_AddSub_ReturnsBothOutputs()
    {
        await using var app = await TestApp.StartAsync(TestModels.AddSub());

        var json = await TestApp.JsonAsync(await app.PostAsync("/v2/models/addsub/infer", TestModels.AddSubBody));

        Assert.Equal("addsub", json.GetProperty("model_name").GetString());
        Assert.Equal("1", json.GetProperty("model_version").GetString());
        Assert.False(json.TryGetProperty("id", out _));
        var outputs = json.GetProperty("outputs");
        Assert.Equal("OUTPUT0", outputs[0].GetProperty("name").GetString());
        Assert.Equal("INT32", outputs[0].GetProperty("datatype").GetString());
        Assert.Equal("[1,16]", outputs[0].GetProperty("shape").GetRawText());
        Assert.Equal("[2,4,6,8,10,12,14,16,18,20,22,24,26,28,30,32]", outputs[0].GetProperty("data").GetRawText());
        Assert.Equal("[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]", outputs[1].GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Infer_Keys_StandInOrder()
    {
        await using var app = await TestApp.StartAsync(TestModels.Identity(TensorDataType.FP32, -1));

        var json = await TestApp.JsonAsync(await app.PostAsync(
            "/v2/models/id/infer", """{"id":"42","inputs":[{"name":"x","shape":[2],"datatype":"FP32","data":[1.5,-0.1]}]}"""));

        Assert.Equal(
            """{"id":"42","model_name":"id","model_version":"1","outputs":[{"name":"x","datatype":"FP32","shape":[2],"data":[1.5,-0.1]}]}""",
            json.GetRawText());
    }

    [Theory]
    [InlineData("""{"inputs":[{"data":[[1,2],[3,4]],"datatype":"FP32","name":"x","shape":[2,2]}]}""")]
    [InlineData("""{"inputs":[{"shape":[2,2],"data":[1,2,3,4],"name":"x","datatype":"FP32"}],"id":null,"parameters":null,"outputs":null}""")]
    [InlineData("""{"outputs":[],"future":{"a":[1,{"b":null}]},"inputs":[{"datatype":"FP32","data":[1.0,20e-1,0.3e1,4],"name":"\u0078","shape":[2,2],"parameters":{"content_type":"np"},"extra":[1]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","datatype":"FP32","data":[[1,2],[3,4]],"shape":[2,2],"parameters":null}]}""")]
    public async Task Infer_AnyOrderOfProperties_IsRead(string body)
    {
        await using var app = await TestApp.StartAsync(TestModels.Identity(TensorDataType.FP32, -1, -1));

        var json = await TestApp.JsonAsync(await app.PostAsync("/v2/models/id/infer", body));

        Assert.Equal("[1,2,3,4]", json.GetProperty("outputs")[0].GetProperty("data").GetRawText());
        Assert.Equal("[2,2]", json.GetProperty("outputs")[0].GetProperty("shape").GetRawText());
    }

    [Theory]
    [InlineData("BOOL", "[true,false,1,0]", "[true,false,true,false]")]
    [InlineData("UINT8", "[0,255]", "[0,255]")]
    [InlineData("INT8", "[-128,127]", "[-128,127]")]
    [InlineData("UINT16", "[0,65535]", "[0,65535]")]
    [InlineData("INT16", "[-32768,32767]", "[-32768,32767]")]
    [InlineData("UINT32", "[0,4294967295]", "[0,4294967295]")]
    [InlineData("INT32", "[-2147483648,2147483647,1.0,-0,2e2]", "[-2147483648,2147483647,1,0,200]")]
    [InlineData("INT64", "[-9223372036854775808,9223372036854775807,9007199254740993]", "[-9223372036854775808,9223372036854775807,9007199254740993]")]
    [InlineData("UINT64", "[18446744073709551615,9007199254740993]", "[18446744073709551615,9007199254740993]")]
    [InlineData("FP16", "[0.1,65504,-1,6e-8]", "[0.1,65500,-1,6E-08]")]
    [InlineData("BF16", "[1,-2.5,0.1]", "[1,-2.5,0.100097656]")]
    [InlineData("FP32", "[0.1,3.4028235e38,1e-45,16777217,-0.0]", "[0.1,3.4028235E+38,1E-45,16777216,-0]")]
    [InlineData("FP64", "[0.1,1.7976931348623157e308,5e-324]", "[0.1,1.7976931348623157E+308,5E-324]")]
    [InlineData("BYTES", "[\"\",\"a\\u00e9\\n\",\"日本\"]", "[\"\",\"aé\\n\",\"日本\"]")]
    public async Task Infer_EachDatatype_RoundTrips(string datatype, string data, string expected)
    {
        Assert.True(TensorDataTypes.TryParse(datatype, out var type));
        await using var app = await TestApp.StartAsync(TestModels.Identity(type, -1));
        var count = data.Split(',').Length;

        var json = await TestApp.JsonAsync(await app.PostAsync(
            "/v2/models/id/infer",
            $$"""{"inputs":[{"name":"x","shape":[{{count}}],"datatype":"{{datatype}}","data":{{data}}}]}"""));

        Assert.Equal(expected, json.GetProperty("outputs")[0].GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Infer_Empty_KeepsShape()
    {
        await using var app = await TestApp.StartAsync(TestModels.Identity(TensorDataType.FP32, -1, -1));

        var json = await TestApp.JsonAsync(await app.PostAsync(
            "/v2/models/id/infer", """{"inputs":[{"name":"x","shape":[1,0],"datatype":"FP32","data":[]}]}"""));

        Assert.Equal("[1,0]", json.GetProperty("outputs")[0].GetProperty("shape").GetRawText());
        Assert.Equal("[]", json.GetProperty("outputs")[0].GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Infer_NotFinite_BecomesNull()
    {
        var model = new FakeModel(
            "id", TestModels.Identity(TensorDataType.FP32, -1).Metadata, (_, _) =>
            {
                TensorCollection outputs = [];
                outputs.Add("x", InferenceTensor.Create<float>([float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1], 4));
                return new(new InferenceResponse(outputs));
            });
        await using var app = await TestApp.StartAsync(model);

        var json = await TestApp.JsonAsync(await app.PostAsync(
            "/v2/models/id/infer", """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}"""));

        Assert.Equal("[null,null,null,1]", json.GetProperty("outputs")[0].GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Infer_RequestedOutputs_ComeInThatOrder()
    {
        await using var app = await TestApp.StartAsync(TestModels.AddSub());
        var body = TestModels.AddSubBody[..^1] + ""","outputs":[{"name":"OUTPUT1"},{"name":"OUTPUT0"}]}""";

        var json = await TestApp.JsonAsync(await app.PostAsync("/v2/models/addsub/versions/1/infer", body));

        Assert.Equal(["OUTPUT1", "OUTPUT0"], json.GetProperty("outputs").EnumerateArray().Select(output => output.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Infer_Context_CarriesVersionPriorityTimeoutAndRejects()
    {
        var model = TestModels.AddSub();
        await using var app = await TestApp.StartAsync(
            [model],
            configure: builder => builder.Services.Configure<InferenceHttpOptions>(options =>
            {
                options.HighestPriority = 2;
                options.MaxQueueTimeout = TimeSpan.FromMilliseconds(5);
                options.Tenant = context => context.Request.Headers["X-Test-Tenant"];
                options.RequestTimeout = TimeSpan.FromSeconds(30);
            }));
        var body = TestModels.AddSubBody[..^1] + ""","id":"7","parameters":{"priority":1,"timeout":9000,"custom":"c","n":3,"f":1.5,"b":true,"sequence_id":0}}""";

        var response = await app.PostAsync("/v2/models/addsub/versions/1/infer", System.Text.Encoding.UTF8.GetBytes(body), null, ("X-Test-Tenant", "acme"));
        await TestApp.JsonAsync(response);

        Assert.Equal("1", model.Context!.Version);
        Assert.Equal("acme", model.Context.Tenant);
        Assert.Equal(2, model.Context.Priority);
        Assert.Equal(InferenceOverflow.Reject, model.Context.Overflow);
        Assert.NotNull(model.Context.Deadline);
        Assert.Equal(("7", 2, TimeSpan.FromMilliseconds(5)), (model.Last.Id, model.Last.Priority, model.Last.QueueTimeout));
        Assert.Equal(
            [new("custom", "c"), new("n", 3L), new("f", 1.5), new("b", true)],
            model.Last.Parameters!);
    }

    [Fact]
    public async Task Infer_TimingWanted_AnswersIt()
    {
        await using var app = await TestApp.StartAsync(TestModels.Identity(TensorDataType.FP32, -1));
        var body = """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}"""u8.ToArray();

        var with = await app.PostAsync("/v2/models/id/infer", body, null, ("inference-timing", "true"));
        var without = await app.PostAsync("/v2/models/id/infer", body);

        Assert.Equal(
            "version;desc=\"1\", queue;dur=0.12, compute;dur=1.3, batch;desc=8, close;desc=Drained, device;desc=\"cpu\"",
            Assert.Single(with.Headers.GetValues("inference-timing")));
        Assert.False(without.Headers.Contains("inference-timing"));
    }

    [Fact]
    public async Task Infer_UnknownOutput_Is400AndNamesThoseThereAre()
    {
        await using var app = await TestApp.StartAsync(TestModels.AddSub());
        var body = TestModels.AddSubBody[..^1] + ""","outputs":[{"name":"OUTPUT7"}]}""";

        var error = await TestApp.ErrorAsync(await app.PostAsync("/v2/models/addsub/infer", body), HttpStatusCode.BadRequest);

        Assert.Contains("OUTPUT7", error, StringComparison.Ordinal);
        Assert.Contains("OUTPUT0, OUTPUT1", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(40_000)]
    public async Task Infer_LargeAnswer_IsSentInPiecesAndWhole(int count)
    {
        await using var app = await TestApp.StartAsync([TestModels.Identity(TensorDataType.FP32, -1)], kestrel: true);
        var values = Enumerable.Range(0, count).Select(i => i + 0.25f).ToArray();
        var body = $$"""{"inputs":[{"name":"x","shape":[{{count}}],"datatype":"FP32","data":[{{string.Join(',', values)}}]}]}""";

        var response = await app.PostAsync("/v2/models/id/infer", body);
        var json = await TestApp.JsonAsync(response);

        Assert.Equal(values, json.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(value => value.GetSingle()));
        Assert.Equal(count < 1000, !response.Headers.TransferEncodingChunked.GetValueOrDefault());
    }
}
