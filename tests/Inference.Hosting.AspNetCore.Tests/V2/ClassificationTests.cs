// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.Tests.V2;

public sealed class ClassificationTests
{
    [Theory]
    [InlineData(2, """["10:2","5:1"]""", "[1,2]")]
    [InlineData(9, """["10:2","5:1","4:3","1:0"]""", "[1,4]")]
    public async Task Infer_Classification_RanksDescending(int count, string expected, string shape)
    {
        await using var app = await TestApp.StartAsync(TestModels.Identity(TensorDataType.FP32, -1, 4));

        var output = await ClassifyAsync(app, count, "[1,4]", "FP32", "[1,5,10,4]");

        Assert.Equal("BYTES", output.GetProperty("datatype").GetString());
        Assert.Equal(shape, output.GetProperty("shape").GetRawText());
        Assert.Equal(expected, output.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Infer_ClassificationWithLabels_AddsThem()
    {
        var spec = TestModels.Spec("x", TensorDataType.Int64, -1, 3) with { Labels = ["cat", "dog", "wolf"] };
        await using var app = await TestApp.StartAsync(FakeModel.Identity("id", spec));

        var output = await ClassifyAsync(app, 1, "[2,3]", "INT64", "[1,9007199254740993,3,7,7,7]");

        Assert.Equal("[2,1]", output.GetProperty("shape").GetRawText());
        Assert.Equal("""["9007199254740993:1:dog","7:0:cat"]""", output.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Infer_ClassificationOfNaN_RanksItLast()
    {
        var model = new FakeModel("id", TestModels.Identity(TensorDataType.FP32, -1).Metadata, (_, _) =>
        {
            TensorCollection outputs = [];
            outputs.Add("x", InferenceTensor.Create<float>([float.NaN, 1, float.NegativeInfinity, float.PositiveInfinity], 4));
            return new(new InferenceResponse(outputs));
        });
        await using var app = await TestApp.StartAsync(model);

        var output = await ClassifyAsync(app, 4, "[1]", "FP32", "[1]");

        Assert.Equal("""["Infinity:3","1:1","-Infinity:2","NaN:0"]""", output.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Infer_ClassificationOfBytes_Is400()
    {
        await using var app = await TestApp.StartAsync(TestModels.Identity(TensorDataType.Bytes, -1));

        var error = await TestApp.ErrorAsync(await app.PostAsync("/v2/models/id/infer", Body(1, "[1]", "BYTES", """["a"]""")), HttpStatusCode.BadRequest);

        Assert.Contains("'x'", error, StringComparison.Ordinal);
    }

    private static string Body(int count, string shape, string datatype, string data)
        => $$$"""{"inputs":[{"name":"x","shape":{{{shape}}},"datatype":"{{{datatype}}}","data":{{{data}}}}],"outputs":[{"name":"x","parameters":{"classification":{{{count}}}}}]}""";

    private static async Task<System.Text.Json.JsonElement> ClassifyAsync(TestApp app, int count, string shape, string datatype, string data)
        => (await TestApp.JsonAsync(await app.PostAsync("/v2/models/id/infer", Body(count, shape, datatype, data)))).GetProperty("outputs")[0];
}
