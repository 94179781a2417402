// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.Tests.V2;

public sealed class BinaryDataTests
{
    private const string LengthHeader = "Inference-Header-Content-Length";

    [Fact]
    public async Task Infer_BinaryInputs_AreRead()
    {
        FakeModel? model = null;
        model = new FakeModel(
            "m",
            new ModelMetadata("m", "1", [], []),
            (request, _) =>
            {
                Assert.Equal([1u, 2u, 3u, uint.MaxValue], request.Inputs["INPUT0"].ToArray<uint>());
                Assert.Equal([true, false, true], request.Inputs["INPUT1"].ToArray<bool>());
                Assert.Equal(["a"], request.Inputs["INPUT2"].ToStrings());
                TensorCollection outputs = [];
                outputs.Add("OUTPUT0", InferenceTensor.Create<float>([1, 2, 3, 4, 5, float.NaN], 3, 2));
                return new(new InferenceResponse(outputs));
            });
        await using var app = await TestApp.StartAsync(model);
        var json = """
            {"inputs":[{"name":"INPUT0","shape":[2,2],"datatype":"UINT32","parameters":{"binary_data_size":16}},
            {"name":"INPUT2","shape":[1],"datatype":"BYTES","data":["a"]},
            {"name":"INPUT1","shape":[3],"datatype":"BOOL","parameters":{"binary_data_size":3}}],
            "outputs":[{"name":"OUTPUT0","parameters":{"binary_data":true}}]}
            """;
        byte[] binary = [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 255, 255, 255, 255, 1, 0, 1];

        var (answer, data) = await SendAsync(app, "/v2/models/m/infer", json, binary);

        var output = answer.GetProperty("outputs")[0];
        Assert.Equal(24, output.GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
        Assert.False(output.TryGetProperty("data", out _));
        Assert.Equal([1, 2, 3, 4, 5, float.NaN], MemoryMarshal.Cast<byte, float>(data).ToArray());
    }

    [Fact]
    public async Task Infer_MixedOutputs_OneBinaryOneJson()
    {
        await using var app = await TestApp.StartAsync(TestModels.AddSub());
        var json = TestModels.AddSubBody[..^1] + ""","outputs":[{"name":"OUTPUT0","parameters":{"binary_data":true}},{"name":"OUTPUT1"}]}""";

        var (answer, data) = await SendAsync(app, "/v2/models/addsub/infer", json, []);

        Assert.Equal(64, data.Length);
        Assert.Equal(2, BinaryPrimitives.ReadInt32LittleEndian(data));
        Assert.Equal("[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]", answer.GetProperty("outputs")[1].GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Infer_BinaryByDefault_OutputWins()
    {
        await using var app = await TestApp.StartAsync(TestModels.AddSub());
        var json = TestModels.AddSubBody[..^1]
            + ""","parameters":{"binary_data_output":true},"outputs":[{"name":"OUTPUT0"},{"name":"OUTPUT1","parameters":{"binary_data":false}}]}""";

        var (answer, data) = await SendAsync(app, "/v2/models/addsub/infer", json, []);

        Assert.Equal(64, data.Length);
        Assert.True(answer.GetProperty("outputs")[1].TryGetProperty("data", out _));
    }

    [Theory]
    [InlineData(TensorDataType.FP32, new long[] { -1, 4 }, 16, "[1,4]")]
    [InlineData(TensorDataType.FP32, new long[] { -1, -1 }, 16, "[1,4]")]
    [InlineData(TensorDataType.UInt8, new long[] { -1, -1, 3 }, 12, "[1,4,3]")]
    [InlineData(TensorDataType.Bytes, new long[] { -1, 1 }, 5, "[1,1]")]
    public async Task Infer_RawRequest_DeducesShape(TensorDataType type, long[] shape, int bytes, string expected)
    {
        await using var app = await TestApp.StartAsync(TestModels.Identity(type, shape));
        var body = Enumerable.Range(0, bytes).Select(i => (byte)i).ToArray();

        var (answer, data) = await SendAsync(app, "/v2/models/id/infer", "", body);

        Assert.Equal(expected, answer.GetProperty("outputs")[0].GetProperty("shape").GetRawText());
        Assert.Equal(type == TensorDataType.Bytes ? [5, 0, 0, 0, .. body] : body, data);
    }

    [Theory]
    [InlineData(TensorDataType.FP32, new long[] { -1, -1, -1 }, 16, "more than one open dimension")]
    [InlineData(TensorDataType.FP32, new long[] { -1, 4 }, 15, "15 bytes")]
    [InlineData(TensorDataType.FP32, new long[] { -1, 4 }, 32, "32 bytes")]
    [InlineData(TensorDataType.Bytes, new long[] { -1, 2 }, 5, "BYTES")]
    public async Task Infer_RawRequestThatDoesNotFit_Is400(TensorDataType type, long[] shape, int bytes, string expected)
    {
        await using var app = await TestApp.StartAsync(TestModels.Identity(type, shape));

        var error = await TestApp.ErrorAsync(
            await app.PostAsync("/v2/models/id/infer", new byte[bytes], null, (LengthHeader, "0")), HttpStatusCode.BadRequest);

        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Infer_RawRequestForTwoInputs_Is400()
    {
        await using var app = await TestApp.StartAsync(TestModels.AddSub());

        var error = await TestApp.ErrorAsync(
            await app.PostAsync("/v2/models/addsub/infer", new byte[64], null, (LengthHeader, "0")), HttpStatusCode.BadRequest);

        Assert.Contains("one input", error, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, byte[], string?, string> BadBodies => new()
    {
        { "leftover", Json("FP32", "[1]", 4), new byte[5], null, "goes on after the binary data" },
        { "short", Json("FP32", "[1]", 4), new byte[3], null, "ends 1 bytes before" },
        { "size against shape", Json("FP32", "[2]", 4), new byte[4], null, "'x'" },
        { "header beyond body", Json("FP32", "[1]", 4), new byte[4], "9999", "9999" },
        { "header inside JSON", Json("FP32", "[1]", 4), new byte[4], "10", "JSON" },
        { "header text", Json("FP32", "[1]", 4), new byte[4], "ten", LengthHeader },
        { "header negative", Json("FP32", "[1]", 4), new byte[4], "-1", LengthHeader },
        { "header overflow", Json("FP32", "[1]", 4), new byte[4], "99999999999999999999", LengthHeader },
        { "BOOL", Json("BOOL", "[2]", 2), [1, 2], null, "element 1" },
        { "BYTES length lies", Json("BYTES", "[1]", 6), [9, 0, 0, 0, 65, 65], null, "'x'" },
        { "BYTES length huge", Json("BYTES", "[1]", 6), [255, 255, 255, 255, 65, 65], null, "'x'" },
        { "BYTES cut", Json("BYTES", "[1]", 3), [9, 0, 0], null, "'x'" },
        { "BYTES too many", Json("BYTES", "[1]", 8), [0, 0, 0, 0, 0, 0, 0, 0], null, "2 elements" },
        { "FP32 no multiple", Json("FP32", "[1]", 5), new byte[5], null, "'x'" },
        { "no data", """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32"}]}""", new byte[4], null, "'data' is missing" },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task Infer_BadBinaryBody_Is400ThatNamesTheFault(string name, string json, byte[] binary, string? header, string expected)
    {
        await using var app = await TestApp.StartAsync(TestModels.Identity(TensorDataType.FP32, -1));
        byte[] body = [.. Encoding.UTF8.GetBytes(json), .. binary];

        foreach (var chunked in new[] { false, true })
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/id/infer")
            {
                Content = chunked ? new StreamContent(new UnseekableStream(body)) : new ByteArrayContent(body),
            };
            request.Headers.TryAddWithoutValidation(LengthHeader, header ?? Encoding.UTF8.GetByteCount(json).ToString(System.Globalization.CultureInfo.InvariantCulture));
            var error = await TestApp.ErrorAsync(await app.Client.SendAsync(request), HttpStatusCode.BadRequest);

            Assert.True(chunked || error.Contains(expected, StringComparison.Ordinal), $"{name}: {error}");
        }

        var (_, data) = await SendAsync(app, "/v2/models/id/infer", Json("FP32", "[1]", 4), [0, 0, 128, 63], binaryOutput: true);
        Assert.Equal([0, 0, 128, 63], data);
    }

    [Fact]
    public async Task Infer_BytesThatAreNoText_Is400AsJsonAndFineAsBinary()
    {
        await using var app = await TestApp.StartAsync(TestModels.Identity(TensorDataType.Bytes, -1));
        byte[] element = [2, 0, 0, 0, 0xFF, 0xFE];
        var json = Json("BYTES", "[1]", 6);

        var error = await TestApp.ErrorAsync(
            await app.PostAsync("/v2/models/id/infer", [.. Encoding.UTF8.GetBytes(json), .. element], null, (LengthHeader, $"{json.Length}")),
            HttpStatusCode.BadRequest);
        var (_, data) = await SendAsync(app, "/v2/models/id/infer", json, element, binaryOutput: true);

        Assert.Contains("binary_data", error, StringComparison.Ordinal);
        Assert.Equal(element, data);
    }

    private static string Json(string datatype, string shape, int size)
        => $$$"""{"inputs":[{"name":"x","shape":{{{shape}}},"datatype":"{{{datatype}}}","parameters":{"binary_data_size":{{{size}}}}}]}""";

    private static async Task<(JsonElement Json, byte[] Binary)> SendAsync(
        TestApp app, string path, string json, byte[] binary, bool binaryOutput = false)
    {
        if (binaryOutput)
        {
            json = json[..^1] + ""","parameters":{"binary_data_output":true}}""";
        }

        var prefix = Encoding.UTF8.GetBytes(json);
        var response = await app.PostAsync(path, [.. prefix, .. binary], null, (LengthHeader, $"{prefix.Length}"));
        var body = await response.Content.ReadAsByteArrayAsync();
        Assert.True(response.IsSuccessStatusCode, Encoding.UTF8.GetString(body));
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(body.Length, response.Content.Headers.ContentLength);
        var length = int.Parse(Assert.Single(response.Headers.GetValues(LengthHeader)), System.Globalization.CultureInfo.InvariantCulture);
        using var document = JsonDocument.Parse(body.AsMemory(0, length));
        return (document.RootElement.Clone(), body[length..]);
    }

    private sealed class UnseekableStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
