// SPDX-License-Identifier: Apache-2.0

using System.IO.Compression;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Tests.Support;

namespace Inference.Hosting.AspNetCore.Tests.V2;

/// <summary>The test vectors of the V2 protocol over real models in ONNX Runtime.</summary>
public sealed class VectorTests(VectorTests.Server server) : IClassFixture<VectorTests.Server>
{
    private const string AddSub = "/v2/models/addsub/infer";
    private const string LengthHeader = "Inference-Header-Content-Length";
    private const string Sixteen = "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]";

    private TestApp App => server.App;

    [Fact]
    public async Task V1_AddSub_SumsAndSubtracts()
    {
        var json = await InferAsync(AddSub, TestModels.AddSubBody);

        Assert.Equal("addsub", json.GetProperty("model_name").GetString());
        AssertOutput(json, 0, "OUTPUT0", "INT32", "[1,16]", "[2,4,6,8,10,12,14,16,18,20,22,24,26,28,30,32]");
        AssertOutput(json, 1, "OUTPUT1", "INT32", "[1,16]", "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]");
    }

    [Fact]
    public async Task V2_Id_ComesBackOrStaysAway()
    {
        var with = await InferAsync(AddSub, TestModels.AddSubBody[..^1] + ""","id":"42"}""");
        var without = await InferAsync(AddSub, TestModels.AddSubBody);

        Assert.Equal("42", with.GetProperty("id").GetString());
        Assert.False(without.TryGetProperty("id", out _));
    }

    [Fact]
    public async Task V3_NestedData_IsTheSame()
    {
        var nested = await InferAsync(AddSub, Body("INT32", "[1,16]", $"[{Sixteen}]"));
        var flat = await InferAsync(AddSub, TestModels.AddSubBody);

        Assert.Equal(flat.GetRawText(), nested.GetRawText());
    }

    [Fact]
    public async Task V4_OneOutput_IsAllThatComes()
    {
        var json = await InferAsync(AddSub, TestModels.AddSubBody[..^1] + ""","outputs":[{"name":"OUTPUT1"}]}""");

        Assert.Equal("OUTPUT1", Assert.Single(json.GetProperty("outputs").EnumerateArray()).GetProperty("name").GetString());
    }

    [Fact]
    public async Task V5_OutputTwice_Is400()
        => Assert.Contains(
            "OUTPUT0",
            await RefusedAsync(AddSub, TestModels.AddSubBody[..^1] + ""","outputs":[{"name":"OUTPUT0"},{"name":"OUTPUT0"}]}"""),
            StringComparison.Ordinal);

    [Fact]
    public async Task V7_EighteenNumbers_Is400AndTheNextIsServed()
    {
        var error = await RefusedAsync(AddSub, Body("INT32", "[1,16]", "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18]"));

        Assert.Contains("INPUT0", error, StringComparison.Ordinal);
        await InferAsync(AddSub, TestModels.AddSubBody);
    }

    [Fact]
    public async Task V8_TheSpecsOwnExample_Is400()
        => Assert.Contains(
            "'x'",
            await RefusedAsync("/v2/models/id-BOOL/infer", """{"inputs":[{"name":"x","shape":[3],"datatype":"BOOL","data":[true]}]}"""),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("""[{"name":"INPUT0","shape":[1,16],"datatype":"INT32","data":D}]""", "INPUT1")]
    [InlineData("""[{"name":"INPUT0","shape":[1,16],"datatype":"INT32","data":D},{"name":"OTHER","shape":[1,16],"datatype":"INT32","data":D}]""", "OTHER")]
    [InlineData("""[{"name":"INPUT0","shape":[1,16],"datatype":"INT32","data":D},{"name":"INPUT1","shape":[1,16],"datatype":"INT32","data":D},{"name":"MORE","shape":[1],"datatype":"INT32","data":[1]}]""", "MORE")]
    [InlineData("[]", "INPUT1")]
    public async Task V9_WrongInputs_Is400ThatNamesThem(string inputs, string named)
    {
        var error = await RefusedAsync(AddSub, $$"""{"inputs":{{inputs.Replace(":D", ":" + Sixteen, StringComparison.Ordinal)}}}""");

        Assert.Contains(named, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task V10_UnknownDatatype_Is400()
        => Assert.Contains("INT322", await RefusedAsync(AddSub, Body("INT322", "[1,16]", Sixteen)), StringComparison.Ordinal);

    [Fact]
    public async Task V11_OtherDatatype_Is400()
    {
        var error = await RefusedAsync(AddSub, Body("FP32", "[1,16]", Sixteen));

        Assert.Contains("FP32", error, StringComparison.Ordinal);
        Assert.Contains("INT32", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[-1]")]
    [InlineData("[-1,16]")]
    [InlineData("[1,-16]")]
    public async Task V13_NegativeShape_Is400(string shape)
        => Assert.Contains("INPUT0", await RefusedAsync(AddSub, Body("INT32", shape, Sixteen)), StringComparison.Ordinal);

    [Theory]
    [InlineData(9)]
    [InlineData(30)]
    public async Task V14_MoreRowsThanABatch_AreSplit(int rows)
    {
        var values = Enumerable.Range(0, rows * 16).ToArray();

        var json = await InferAsync(AddSub, Body("INT32", $"[{rows},16]", $"[{string.Join(',', values)}]"));

        AssertOutput(json, 0, "OUTPUT0", "INT32", $"[{rows},16]", $"[{string.Join(',', values.Select(value => 2 * value))}]");
    }

    [Fact]
    public async Task V17_NotFinite_IsNullInJsonAndExactInBinary()
    {
        float[] values = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1.5f];
        var binary = MemoryMarshal.AsBytes<float>(values).ToArray();
        var input = """{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}""";

        var (asJson, _) = await BinaryAsync("/v2/models/id-FP32/infer", $$"""{"inputs":[{{input}}]}""", binary);
        var (_, asBinary) = await BinaryAsync("/v2/models/id-FP32/infer", $$$"""{"inputs":[{{{input}}}],"parameters":{"binary_data_output":true}}""", binary);

        AssertOutput(asJson, 0, "y", "FP32", "[1,4]", "[null,null,null,1.5]");
        Assert.Equal(binary, asBinary);
    }

    [Fact]
    public async Task V19_Empty_KeepsItsShape()
    {
        var json = await InferAsync("/v2/models/id-FP32/infer", """{"inputs":[{"name":"x","shape":[1,0],"datatype":"FP32","data":[]}]}""");

        AssertOutput(json, 0, "y", "FP32", "[1,0]", "[]");
    }

    [Theory]
    [InlineData("/v2/models/none/infer")]
    [InlineData("/v2/models/addsub/versions/99/infer")]
    public async Task V20_UnknownModelOrVersion_Is404(string path)
        => await TestApp.ErrorAsync(await App.PostAsync(path, TestModels.AddSubBody), HttpStatusCode.NotFound);

    [Theory]
    [InlineData("/v2/models/none/ready")]
    [InlineData("/v2/models/addsub/versions/99/ready")]
    public async Task V21_ReadyOfUnknown_Is404(string path)
        => await TestApp.ErrorAsync(await App.GetAsync(path), HttpStatusCode.NotFound);

    [Fact]
    public async Task V22_Metadata_TellsTheGraph()
    {
        var json = await TestApp.JsonAsync(await App.GetAsync("/v2/models/addsub"));

        Assert.Equal("""["1"]""", json.GetProperty("versions").GetRawText());
        Assert.Equal("onnxruntime_onnx", json.GetProperty("platform").GetString());
        Assert.Equal(
            """[{"name":"INPUT0","datatype":"INT32","shape":[-1,16]},{"name":"INPUT1","datatype":"INT32","shape":[-1,16]}]""",
            json.GetProperty("inputs").GetRawText());
        Assert.Equal(
            """[{"name":"OUTPUT0","datatype":"INT32","shape":[-1,16]},{"name":"OUTPUT1","datatype":"INT32","shape":[-1,16]}]""",
            json.GetProperty("outputs").GetRawText());
    }

    [Fact]
    public async Task V23_HalfAsJson_IsRoundedAndComesBack()
    {
        var json = await InferAsync("/v2/models/id-FP16/infer", """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP16","data":[0.1,1.00048828125,-65504,6e-8]}]}""");

        AssertOutput(json, 0, "y", "FP16", "[1,4]", "[0.1,1,-65500,6E-08]");
    }

    [Theory]
    [InlineData("gzip", 200)]
    [InlineData("deflate", 200)]
    [InlineData("br", 415)]
    public async Task V24_Compression_IsReadOrRefused(string encoding, int status)
    {
        using var target = new MemoryStream();
        using (Stream stream = encoding == "gzip" ? new GZipStream(target, CompressionLevel.Fastest, true)
            : encoding == "br" ? new BrotliStream(target, CompressionLevel.Fastest, true) : new ZLibStream(target, CompressionLevel.Fastest, true))
        {
            stream.Write(Encoding.UTF8.GetBytes(TestModels.AddSubBody));
        }

        var response = await App.PostAsync(AddSub, target.ToArray(), null, ("Content-Encoding", encoding));

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status == 415, response.Headers.Contains("Accept-Encoding"));
    }

    [Fact]
    public async Task V25_BinaryInputs_AreReadRight()
    {
        const string Json = """
            {"inputs":[{"name":"INPUT0","shape":[2,2],"datatype":"UINT32","parameters":{"binary_data_size":16}},
            {"name":"INPUT1","shape":[3],"datatype":"BOOL","parameters":{"binary_data_size":3}}],
            "outputs":[{"name":"OUTPUT0","parameters":{"binary_data":true}}]}
            """;
        byte[] binary = [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 1, 0, 1];

        var (json, data) = await BinaryAsync("/v2/models/mixed/infer", Json, binary);

        Assert.Equal(24, json.GetProperty("outputs")[0].GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
        Assert.Equal([1, 2, 0, 0, 1, 2], MemoryMarshal.Cast<byte, float>(data).ToArray());
    }

    [Theory]
    [InlineData(""",{"name":"OUTPUT1","parameters":{"binary_data":false}}""")]
    [InlineData(""",{"name":"OUTPUT1"}""")]
    public async Task V27_OneOutputBinary_TheOtherJson(string second)
    {
        var (json, data) = await BinaryAsync(
            AddSub, TestModels.AddSubBody[..^1] + $$$""","outputs":[{"name":"OUTPUT0","parameters":{"binary_data":true}}{{{second}}}]}""", []);

        Assert.Equal(Enumerable.Range(1, 16).Select(value => 2 * value), MemoryMarshal.Cast<byte, int>(data).ToArray());
        AssertOutput(json, 1, "OUTPUT1", "INT32", "[1,16]", "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]");
    }

    [Theory]
    [InlineData(2, "[1,2]", """["10:2","5:1"]""")]
    [InlineData(5, "[1,4]", """["10:2","5:1","4:3","1:0"]""")]
    public async Task V42_Classification_RanksAndCuts(int count, string shape, string expected)
    {
        var json = await InferAsync("/v2/models/id-FP32/infer", $$$"""
            {"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,5,10,4]}],"outputs":[{"name":"y","parameters":{"classification":{{{count}}}}}]}
            """);

        AssertOutput(json, 0, "y", "BYTES", shape, expected);
    }

    [Fact]
    public async Task V42_ClassificationWithLabels_AddsThem()
    {
        var json = await InferAsync("/v2/models/labelled/infer", """
            {"inputs":[{"name":"x","shape":[2,4],"datatype":"FP32","data":[1,5,10,4,0,0,0,0]}],"outputs":[{"name":"p","parameters":{"classification":9}}]}
            """);

        var output = json.GetProperty("outputs")[0];
        Assert.Equal("[2,3]", output.GetProperty("shape").GetRawText());
        string[] labels = ["cat", "dog", "wolf"];
        foreach (var row in output.GetProperty("data").EnumerateArray().Select(item => item.GetString()!.Split(':')).Chunk(3))
        {
            Assert.Equal([0, 1, 2], row.Select(item => int.Parse(item[1], System.Globalization.CultureInfo.InvariantCulture)).Order());
            Assert.All(row, item => Assert.Equal(labels[int.Parse(item[1], System.Globalization.CultureInfo.InvariantCulture)], item[2]));
            var values = row.Select(item => float.Parse(item[0], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
            Assert.Equal(values.OrderDescending(), values);
        }
    }

    [Theory]
    [InlineData("INT64", "[9007199254740993,-9223372036854775808]")]
    [InlineData("UINT64", "[18446744073709551615,9007199254740993]")]
    [InlineData("BYTES", """["日本","a\"\n"]""")]
    [InlineData("BOOL", "[true,false]")]
    [InlineData("FP32", "[0.1,-0]")]
    public async Task Identity_EachDatatype_ComesBackExact(string datatype, string data)
    {
        var json = await InferAsync($"/v2/models/id-{datatype}/infer", $$"""{"inputs":[{"name":"x","shape":[1,2],"datatype":"{{datatype}}","data":{{data}}}]}""");

        AssertOutput(json, 0, "y", datatype, "[1,2]", data);
    }

    private static string Body(string datatype, string shape, string data)
        => $$"""{"inputs":[{"name":"INPUT0","shape":{{shape}},"datatype":"{{datatype}}","data":{{data}}},{"name":"INPUT1","shape":{{shape}},"datatype":"{{datatype}}","data":{{data}}}]}""";

    private static void AssertOutput(JsonElement json, int index, string name, string datatype, string shape, string data)
    {
        var output = json.GetProperty("outputs")[index];
        Assert.Equal(name, output.GetProperty("name").GetString());
        Assert.Equal(datatype, output.GetProperty("datatype").GetString());
        Assert.Equal(shape, output.GetProperty("shape").GetRawText());
        Assert.Equal(data, output.GetProperty("data").GetRawText());
    }

    private async Task<JsonElement> InferAsync(string path, string body) => await TestApp.JsonAsync(await App.PostAsync(path, body));

    private async Task<string> RefusedAsync(string path, string body)
        => await TestApp.ErrorAsync(await App.PostAsync(path, body), HttpStatusCode.BadRequest);

    private async Task<(JsonElement Json, byte[] Binary)> BinaryAsync(string path, string json, byte[] binary)
    {
        var prefix = Encoding.UTF8.GetBytes(json);
        var response = await App.PostAsync(path, [.. prefix, .. binary], null, (LengthHeader, $"{prefix.Length}"));
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.True(response.IsSuccessStatusCode, Encoding.UTF8.GetString(body));
        var length = response.Headers.TryGetValues(LengthHeader, out var values)
            ? int.Parse(values.Single(), System.Globalization.CultureInfo.InvariantCulture)
            : body.Length;
        using var document = JsonDocument.Parse(body.AsMemory(0, length));
        return (document.RootElement.Clone(), body[length..]);
    }

    public sealed class Server : IAsyncLifetime
    {
        internal TestApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync() => App = await OnnxApp.StartAsync(kestrel: true);

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
