// SPDX-License-Identifier: Apache-2.0

using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.AspNetCore.Tests.V1;
using Inference.Hosting.AspNetCore.Tests.V2;
using Inference.Hosting.Tensors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.Http;

/// <summary>The app's own middleware for compression, both ways, around every route.</summary>
public sealed class CompressionTests
{
    private const string Infer = "/v2/models/id/infer";

    public static TheoryData<string, string, string?, int> Routes => new()
    {
        { "GET", "/v2", null, 200 },
        { "GET", "/v2/health/live", null, 200 },
        { "GET", "/v2/health/ready", null, 200 },
        { "GET", "/v2/models/id", null, 200 },
        { "GET", "/v2/models/id/ready", null, 200 },
        { "GET", "/v2/models/id/config", null, 200 },
        { "GET", "/v2/models/id/stats", null, 200 },
        { "GET", "/v2/models/stats", null, 200 },
        { "GET", "/v1/models", null, 200 },
        { "GET", "/v1/models/id", null, 200 },
        { "POST", Infer, """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","data":[1,2]}]}""", 200 },
        { "POST", "/v1/models/id:predict", """{"instances":[1,2]}""", 200 },
        { "POST", "/v2/repository/index", "", 200 },
        { "POST", Infer, "{}", 400 },
        { "POST", "/v1/models/id:predict", "{}", 400 },
        { "POST", "/v1/models/id:explain", "{}", 400 },
        { "GET", "/v2/models/none", null, 404 },
        { "GET", Infer, null, 405 },
    };

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task EveryRoute_UnderResponseCompression_SaysTheSame(string method, string path, string? body, int status)
    {
        await using var app = await StartAsync();
        async Task<HttpResponseMessage> SendAsync(string? encoding)
        {
            var request = new HttpRequestMessage(new HttpMethod(method), path);
            request.Headers.Add(HeaderAuthentication.Header, "operator");
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
            if (encoding is not null)
            {
                request.Headers.AcceptEncoding.ParseAdd(encoding);
            }

            return await app.Client.SendAsync(request);
        }

        var plain = await (await SendAsync(null)).Content.ReadAsByteArrayAsync();
        foreach (var encoding in new[] { "gzip", "br" })
        {
            var response = await SendAsync(encoding);

            Assert.Equal((status, encoding), ((int)response.StatusCode, Assert.Single(response.Content.Headers.ContentEncoding)));
            Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
            Assert.Equal(Encoding.UTF8.GetString(plain), Encoding.UTF8.GetString(await InflateAsync(response)));
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(200_000)]
    public async Task Infer_BinaryAnswer_KeepsItsHeaders(int count)
    {
        await using var app = await StartAsync();
        var data = Enumerable.Range(0, count).Select(i => i % 7).ToArray();
        var json = Encoding.UTF8.GetBytes(
            $$$"""{"parameters":{"binary_data_output":true},"inputs":[{"name":"x","shape":[{{{count}}}],"datatype":"INT32","parameters":{"binary_data_size":{{{4 * count}}}}}]}""");
        byte[] body = [.. json, .. System.Runtime.InteropServices.MemoryMarshal.AsBytes(data.AsSpan())];

        var response = await app.PostAsync(
            Infer,
            body,
            MediaTypeHeaderValue.Parse("application/octet-stream"),
            ("Inference-Header-Content-Length", $"{json.Length}"),
            ("Accept-Encoding", "gzip"),
            ("inference-timing", "true"),
            ("endpoint-load-metrics-format", "text"));

        Assert.Equal((HttpStatusCode.OK, "gzip"), (response.StatusCode, Assert.Single(response.Content.Headers.ContentEncoding)));
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType?.ToString());
        Assert.True(response.Headers.Contains("inference-timing"));
        Assert.True(response.Headers.Contains("endpoint-load-metrics"));
        var length = int.Parse(Assert.Single(response.Headers.GetValues("Inference-Header-Content-Length")), System.Globalization.CultureInfo.InvariantCulture);
        var answer = await InflateAsync(response);
        using var document = JsonDocument.Parse(answer.AsMemory(0, length));
        Assert.Equal(4 * count, document.RootElement.GetProperty("outputs")[0].GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
        Assert.Equal(body[json.Length..], answer[length..]);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task Requests_UnderRequestDecompression_AreRead(string encoding)
    {
        await using var app = await StartAsync();
        var json = Encoding.UTF8.GetBytes("""{"inputs":[{"name":"x","shape":[100],"datatype":"INT32","parameters":{"binary_data_size":400}}]}""");
        byte[] binary = [.. json, .. new byte[400]];
        (string Path, byte[] Body, string Length)[] calls =
        [
            (Infer, """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","data":[1,2]}]}"""u8.ToArray(), ""),
            (Infer, binary, $"{json.Length}"),
            (Infer, [1, 0, 0, 0], "0"),
            ("/v1/models/id:predict", """{"instances":[1,2]}"""u8.ToArray(), ""),
        ];

        foreach (var (path, body, length) in calls)
        {
            var response = await app.PostAsync(
                path,
                Deflate(body, encoding),
                MediaTypeHeaderValue.Parse("application/json"),
                [("Content-Encoding", encoding), .. length.Length > 0 ? new[] { ("Inference-Header-Content-Length", length) } : []]);

            Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Requests_UnderRequestDecompression_HoldTheLimit()
    {
        await using var app = await StartAsync(options => options.MaxRequestBodySize = 1 << 20);
        var bomb = Deflate(Encoding.ASCII.GetBytes("{\"instances\":[" + new string(' ', 8 << 20) + "1]}"), "gzip");

        var response = await app.PostAsync("/v1/models/id:predict", bomb, MediaTypeHeaderValue.Parse("application/json"), ("Content-Encoding", "gzip"));

        await TestApp.ErrorAsync(response, HttpStatusCode.RequestEntityTooLarge);
    }

    private static Task<TestApp> StartAsync(Action<InferenceHttpOptions>? configure = null)
    {
        var model = TestModels.Identity(TensorDataType.Int32, -1);
        var version = model.Info.Default! with { Load = new ModelLoad { InFlight = 1 } };
        model.Info = new ModelInfo("id", [version]) { Default = version };
        model.Statistics = new ModelStatistics();
        return TestApp.StartAsync(
            [model],
            kestrel: true,
            builder =>
            {
                PredictTests.EnableV1(builder);
                RepositoryTests.AddOperators(builder.Services);
                builder.Services.Configure(configure ?? (_ => { }));
                builder.Services.AddRequestDecompression();
                builder.Services.AddResponseCompression(options =>
                    options.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "application/octet-stream"]);
            },
            app =>
            {
                app.UseResponseCompression();
                app.UseRequestDecompression();
                app.MapInference().Admin.RequireAuthorization("operators");
            });
    }

    private static byte[] Deflate(byte[] bytes, string encoding)
    {
        using var buffer = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(buffer, CompressionMode.Compress, leaveOpen: true),
            "deflate" => new ZLibStream(buffer, CompressionMode.Compress, leaveOpen: true),
            _ => new BrotliStream(buffer, CompressionMode.Compress, leaveOpen: true),
        })
        {
            stream.Write(bytes);
        }

        return buffer.ToArray();
    }

    private static async Task<byte[]> InflateAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStreamAsync();
        await using Stream stream = response.Content.Headers.ContentEncoding.Single() == "gzip"
            ? new GZipStream(body, CompressionMode.Decompress)
            : new BrotliStream(body, CompressionMode.Decompress);
        using var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer);
        return buffer.ToArray();
    }
}
