// SPDX-License-Identifier: Apache-2.0

using System.IO.Compression;
using System.Net;
using System.Text;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Tensors;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.V2;

public sealed class EncodingTests
{
    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("GZIP")]
    [InlineData("identity")]
    public async Task Infer_CompressedBody_IsRead(string encoding)
    {
        await using var app = await TestApp.StartAsync([TestModels.AddSub()], kestrel: true);

        var json = await TestApp.JsonAsync(await app.PostAsync(
            "/v2/models/addsub/infer", Compress(Encoding.UTF8.GetBytes(TestModels.AddSubBody), encoding), null, ("Content-Encoding", encoding)));

        Assert.Equal(2, json.GetProperty("outputs")[0].GetProperty("data")[0].GetInt32());
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip, gzip")]
    [InlineData("nonsense")]
    public async Task Infer_OtherEncoding_Is415AndNamesThoseItTakes(string encoding)
    {
        await using var app = await TestApp.StartAsync(TestModels.AddSub());

        var response = await app.PostAsync("/v2/models/addsub/infer", [1, 2, 3], null, ("Content-Encoding", encoding));

        await TestApp.ErrorAsync(response, HttpStatusCode.UnsupportedMediaType);
        Assert.Equal("gzip, deflate", string.Join(", ", response.Headers.GetValues("Accept-Encoding")));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Infer_DamagedCompression_Is400(string encoding)
    {
        await using var app = await TestApp.StartAsync(TestModels.AddSub());
        var body = Compress(Encoding.UTF8.GetBytes(TestModels.AddSubBody), encoding);

        // The last asks for a dictionary that nobody has: zlib reports that otherwise than damage.
        byte[][] damaged = [[1, 2, 3, 4], body[..(body.Length / 2)], [.. body[..10], .. new byte[50]], [], [0x78, 0x7d, .. body[2..]]];

        foreach (var bytes in damaged)
        {
            await TestApp.ErrorAsync(
                await app.PostAsync("/v2/models/addsub/infer", bytes, null, ("Content-Encoding", encoding)), HttpStatusCode.BadRequest);
        }
    }

    [Theory]
    [InlineData("gzip", " ")]
    [InlineData("deflate", " ")]
    [InlineData("gzip", "1,")]
    public async Task Infer_Bomb_Is413(string encoding, string filler)
    {
        await using var app = await TestApp.StartAsync(
            [TestModels.Identity(TensorDataType.UInt8, -1)],
            kestrel: true,
            builder => builder.Services.Configure<InferenceHttpOptions>(options => options.MaxDecompressedBodySize = 4 << 20));
        var start = """{"inputs":[{"name":"x","datatype":"UINT8","data":["""u8;
        byte[] plain = [.. start, .. Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(filler, (16 << 20) / filler.Length)))];
        var bomb = Compress(plain, encoding);
        Assert.True(bomb.Length < 1 << 20);

        var response = await app.PostAsync("/v2/models/id/infer", bomb, null, ("Content-Encoding", encoding));

        Assert.Contains("MaxDecompressedBodySize", await TestApp.ErrorAsync(response, HttpStatusCode.RequestEntityTooLarge), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Infer_BodyOverLimit_Is413(bool kestrel, bool chunked)
    {
        await using var app = await TestApp.StartAsync(
            [TestModels.Identity(TensorDataType.Int32, -1)],
            kestrel,
            builder => builder.Services.Configure<InferenceHttpOptions>(options => options.MaxRequestBodySize = 10_000));
        var body = Encoding.ASCII.GetBytes($$"""{"inputs":[{"name":"x","shape":[5000],"datatype":"INT32","data":[{{string.Join(',', Enumerable.Repeat(1, 5000))}}]}]}    """);
        var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/id/infer") { Content = new ByteArrayContent(body) };
        request.Headers.TransferEncodingChunked = chunked;

        var response = await app.Client.SendAsync(request);

        await TestApp.ErrorAsync(response, HttpStatusCode.RequestEntityTooLarge);
        await TestApp.JsonAsync(await app.PostAsync("/v2/models/id/infer", """{"inputs":[{"name":"x","shape":[1],"datatype":"INT32","data":[1]}]}"""));
    }

    [Fact]
    public async Task Infer_BodyAboveTheServersOwnLimit_IsTaken()
    {
        // Kestrel's default is 30 MB.
        await using var app = await TestApp.StartAsync([TestModels.Identity(TensorDataType.Bytes, -1)], kestrel: true);
        var body = Encoding.ASCII.GetBytes($$"""{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":["{{new string('a', 40_000_000)}}"]}],"parameters":{"binary_data_output":true} }""");

        var response = await app.PostAsync("/v2/models/id/infer", body);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Content.Headers.ContentLength > 40_000_000);
    }

    private static byte[] Compress(byte[] bytes, string encoding)
    {
        using var target = new MemoryStream();
        using (Stream stream = encoding.ToUpperInvariant() switch
        {
            "GZIP" => new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true),
            "DEFLATE" => new ZLibStream(target, CompressionLevel.Fastest, leaveOpen: true),
            _ => new BufferedStream(target),
        })
        {
            stream.Write(bytes);
        }

        return target.ToArray();
    }
}
