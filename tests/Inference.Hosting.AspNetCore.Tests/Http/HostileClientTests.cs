// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using System.Text;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Tensors;
using Inference.Hosting.TestSupport;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.Http;

/// <summary>Many hostile connections at once: the next good request is answered, and what they held comes back.</summary>
public sealed class HostileClientTests
{
    private const int Many = 256;
    private const string Path = "/v2/models/id/infer";
    private const string Body = """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","data":[1,2]}]}""";

    [Fact]
    public async Task Infer_256SlowSenders_OthersAreServedAndMemoryReturns()
    {
        var model = TestModels.Identity(TensorDataType.Int32, -1);
        await using var app = await TestApp.StartAsync(
            [model],
            kestrel: true,
            builder => builder.Services.Configure<InferenceHttpOptions>(options => options.MaxReceivingBytes = 8 << 20));
        var head = Encoding.ASCII.GetBytes($"POST {Path} HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n{{\"inputs\":[{{\"name\":\"x\",\"shape\":[300000],\"datatype\":\"INT32\",\"data\":[");
        var numbers = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("1,", 50_000)));
        var clients = new List<TcpClient>();
        for (var i = 0; i < Many; i++)
        {
            var client = await ConnectAsync(app);
            clients.Add(client);
            await client.GetStream().WriteAsync(head);
            try
            {
                await client.GetStream().WriteAsync(numbers);
            }
            catch (IOException)
            {
                // Refused already, for lack of room.
            }
        }

        // 25 MB wait for their end, or were refused; a small request and its answer come through.
        await ServesAsync(app, Body);
        var large = LargeBody();
        await WaitForAsync(app, large, HttpStatusCode.TooManyRequests);

        clients.ForEach(client => client.Dispose());

        await WaitForAsync(app, large, HttpStatusCode.OK);
        Assert.DoesNotContain(app.Log.Entries, entry => entry.Event.Id is 600 or 601);
    }

    [Fact]
    public async Task Infer_256HalfOpenConnections_OthersAreServed()
    {
        await using var app = await TestApp.StartAsync([TestModels.Identity(TensorDataType.Int32, -1)], kestrel: true);
        var clients = new List<TcpClient>();
        for (var i = 0; i < Many; i++)
        {
            var client = await ConnectAsync(app);
            clients.Add(client);
            if (i % 2 == 0)
            {
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST {Path} HTTP/1.1\r\nHost"));
            }
        }

        await ServesAsync(app, Body);
        clients.ForEach(client => client.Dispose());
        await ServesAsync(app, Body);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Infer_Http2RapidReset_CancelsEachAndServesOthers(bool sendsAll)
    {
        var (active, calls) = (0, 0);
        var template = TestModels.Identity(TensorDataType.Int32, -1);
        var model = new FakeModel("id", template.Metadata, async (request, cancellationToken) =>
        {
            if (request.Inputs["x"].AsSpan<int>()[0] == 1)
            {
                return FakeModel.Copy(request.Inputs);
            }

            Interlocked.Increment(ref calls);
            Interlocked.Increment(ref active);
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
                throw new InvalidOperationException("It never ends by itself.");
            }
            finally
            {
                Interlocked.Decrement(ref active);
            }
        });
        await using var app = await TestApp.StartAsync(
            [model],
            kestrel: true,
            builder => builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2)));
        using var attacker = await ConnectAsync(app);
        var stream = attacker.GetStream();
        await stream.WriteAsync(Http2Frames.Preface);
        var held = Body.Replace("[1,2]", "[7,7]", StringComparison.Ordinal);
        try
        {
            for (var id = 1; id < 4000; id += 2)
            {
                byte[] frames =
                [
                    .. Http2Frames.Post(id, Path),
                    .. Http2Frames.Data(id, sendsAll ? held : held[..20], sendsAll),
                    .. Http2Frames.Reset(id),
                ];
                await stream.WriteAsync(frames);
            }
        }
        catch (IOException)
        {
            // The server may tire of it and close the connection.
        }

        using var client = new HttpClient { BaseAddress = app.Address, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var answer = await client.PostAsync(Path, new StringContent(Body, Encoding.UTF8, "application/json")).WaitAsync(TestApp.Patience);
        await TestApp.JsonAsync(answer);
        using var patience = new CancellationTokenSource(TestApp.Patience);
        while (Volatile.Read(ref active) > 0)
        {
            await Task.Delay(10, patience.Token);
        }

        Assert.True(sendsAll || calls == 0);
        Assert.DoesNotContain(app.Log.Entries, entry => entry.Event.Id is 600 or 601);
    }

    [Fact]
    public async Task Infer_TenThousandTinyTensors_IsRefusedAtTheLimitAndServesOthers()
    {
        await using var app = await TestApp.StartAsync([TestModels.Identity(TensorDataType.Int32, -1)], kestrel: true);
        var tensors = Enumerable.Range(0, 10_000).Select(i => $$"""{"name":"x{{i}}","shape":[1],"datatype":"INT32","data":[1]}""");

        var error = await TestApp.ErrorAsync(
            await app.PostAsync(Path, $$"""{"inputs":[{{string.Join(',', tensors)}}]}"""), HttpStatusCode.BadRequest);

        Assert.Contains("1024", error, StringComparison.Ordinal);
        await ServesAsync(app, Body);
    }

    private static string LargeBody()
        => $$"""{"inputs":[{"name":"x","shape":[100000],"datatype":"INT32","data":[{{string.Join(',', Enumerable.Repeat(1, 100_000))}}]}]}""";

    private static async Task ServesAsync(TestApp app, string body) => await TestApp.JsonAsync(await app.PostAsync(Path, body));

    // What was sent, or closed, is noticed by the server when it gets to it.
    private static async Task WaitForAsync(TestApp app, string body, HttpStatusCode status)
    {
        using var patience = new CancellationTokenSource(TestApp.Patience);
        while (true)
        {
            using var answer = await app.PostAsync(Path, body);
            if (answer.StatusCode == status)
            {
                if (status == HttpStatusCode.TooManyRequests)
                {
                    Assert.NotNull(answer.Headers.RetryAfter);
                    Assert.Contains(nameof(InferenceHttpOptions.MaxReceivingBytes), await TestApp.ErrorAsync(answer, status), StringComparison.Ordinal);
                }

                return;
            }

            await Task.Delay(20, patience.Token);
        }
    }

    private static async Task<TcpClient> ConnectAsync(TestApp app)
    {
        var client = new TcpClient();
        await client.ConnectAsync(app.Address.Host, app.Address.Port);
        return client;
    }
}
