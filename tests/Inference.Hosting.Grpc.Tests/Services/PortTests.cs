// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Grpc.Tests.Support;
using Inference.Hosting.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Hosting.Grpc.Tests.Services;

/// <summary>On which ports gRPC is served, as docs/protocols.md says, and how large its messages may be.</summary>
public sealed class PortTests
{
    [Fact]
    public async Task Tls_OnOnePort_ServesGrpcAndRest()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var usable = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        await using var app = await GrpcApp.StartAsync(
            TestModels.Add,
            kestrel: true,
            configure: builder =>
            {
                builder.WebHost.UseKestrelHttpsConfiguration();
                builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(usable)));
            });
        var address = app.Addresses.Single(address => address.Scheme == Uri.UriSchemeHttps);
        using var channel = GrpcApp.Connect(address, usable);
        using var http = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, seen, _, _) => seen!.Equals(usable) });

        var response = await new GRPCInferenceService.GRPCInferenceServiceClient(channel).ModelInferAsync(Requests.AddSub("tls"));
        using var rest = await http.GetAsync(new Uri(address, "/v2/models/addsub/ready"));

        Assert.Equal("tls", response.Id);
        Assert.Equal(HttpStatusCode.OK, rest.StatusCode);
    }

    [Fact]
    public async Task ClearText_OnASecondPort_ServesGrpcBesideRest()
    {
        await using var app = await GrpcApp.StartAsync(
            TestModels.Add,
            kestrel: true,
            configure: builder => builder.WebHost.ConfigureKestrel(options =>
                options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1)));
        using var http = new HttpClient();

        // The first port is the app's for gRPC, the second the one for REST.
        Assert.Equal("clear", (await app.Client.ModelInferAsync(Requests.AddSub("clear"))).Id);
        using var rest = await http.GetAsync(new Uri(app.Addresses[1], "/v2/models/addsub/ready"));
        Assert.Equal(HttpStatusCode.OK, rest.StatusCode);
    }

    [Fact]
    public async Task Message_LargerThanTheLimit_IsResourceExhaustedAndNamesIt()
    {
        await using var app = await StartLimitedAsync();

        var exception = await GrpcApp.FailAsync(app.Client.ModelInferAsync(Requests.Identity("UINT8", Requests.Raw(new byte[2 << 20]), 2, 1 << 20)));

        Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
        await app.Client.ModelInferAsync(Requests.Identity("UINT8", Requests.Raw(new byte[1 << 19]), 1, 1 << 19));
    }

    [Fact]
    public async Task TypedContents_ThatGrowBeyondTheLimit_AreResourceExhausted()
    {
        await using var app = await StartLimitedAsync();
        var contents = new InferTensorContents { Int64Contents = { new long[400_000] } };

        var exception = await GrpcApp.FailAsync(app.Client.ModelInferAsync(Requests.Identity("INT64", contents, 1, 400_000)));

        Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
        Assert.Contains("MaxTensorBytes", exception.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CompressedMessage_IsInflated_ButNotBeyondTheLimit()
    {
        await using var app = await StartLimitedAsync();
        var compressed = new Metadata { { "grpc-internal-encoding-request", "gzip" } };

        var fair = await app.Client.ModelInferAsync(Requests.Identity("UINT8", Requests.Raw(new byte[1 << 19]), 1, 1 << 19), compressed);
        var bomb = await GrpcApp.FailAsync(app.Client.ModelInferAsync(Requests.Identity("UINT8", Requests.Raw(new byte[64 << 20]), 1, 64 << 20), compressed));

        Assert.Equal(1 << 19, fair.RawOutputContents[0].Length);
        Assert.Equal(StatusCode.ResourceExhausted, bomb.StatusCode);
        Assert.Contains("MaxDecompressedBodySize", bomb.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MessagesThatArriveSlowly_HoldNoMoreThanTheLimit_AndTheNextIsAnswered()
    {
        await using var app = await GrpcApp.StartAsync(
            TestModels.Add, kestrel: true, configure: builder => builder.Configuration["Inference:Http:MaxReceivingBytes"] = $"{4 << 20}");
        using var http = new HttpClient(new SocketsHttpHandler { EnableMultipleHttp2Connections = true });
        var senders = Enumerable.Range(0, 40).Select(_ => new SlowContent(1 << 20)).ToArray();
        var calls = senders.Select(sender => http.SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(app.Addresses[0], "/inference.GRPCInferenceService/ModelInfer"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = sender,
        })).ToArray();

        // Each has sent all but its last byte: some hold what there is room for, the others were refused.
        var first = await Task.WhenAny(calls).WaitAsync(GrpcApp.Patience);
        await app.Client.ModelInferAsync(Requests.AddSub());
        Array.ForEach(senders, sender => sender.Finish());

        var statuses = new List<string>();
        foreach (var call in calls)
        {
            using var response = await call.WaitAsync(GrpcApp.Patience);
            await response.Content.ReadAsByteArrayAsync();
            statuses.Add((response.TrailingHeaders.TryGetValues("grpc-status", out var trailer) ? trailer : response.Headers.GetValues("grpc-status")).Single());
        }

        Assert.True(first.IsCompleted);
        Assert.Contains($"{(int)StatusCode.ResourceExhausted}", statuses);
        await app.Client.ModelInferAsync(Requests.AddSub());
    }

    [Fact]
    public async Task MessageThatDoesNotArriveInTime_IsDeadlineExceeded()
    {
        var time = new FakeTimeProvider();
        await using var app = await GrpcApp.StartAsync(
            services =>
            {
                services.AddSingleton<TimeProvider>(time);
                services.AddModel("m").UseBackend(_ => new FakeBackend(_ => new InferenceResponse([])));
            },
            kestrel: true);
        using var http = new HttpClient();
        using var sender = new SlowContent(1000);
        var call = http.SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(app.Addresses[0], "/inference.GRPCInferenceService/ModelInfer"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = sender,
        });

        await sender.Sent.WaitAsync(GrpcApp.Patience);
        while (!call.IsCompleted)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        using var response = await call;
        await response.Content.ReadAsByteArrayAsync();
        var status = response.TrailingHeaders.TryGetValues("grpc-status", out var trailer) ? trailer : response.Headers.GetValues("grpc-status");
        Assert.Equal($"{(int)StatusCode.DeadlineExceeded}", status.Single());
    }

    private static Task<GrpcApp> StartLimitedAsync() => GrpcApp.StartAsync(
        TestModels.Add,
        kestrel: true,
        configure: builder =>
        {
            foreach (var key in (string[])["MaxRequestBodySize", "MaxDecompressedBodySize", "MaxTensorBytes"])
            {
                builder.Configuration[$"Inference:Http:{key}"] = $"{1 << 20}";
            }
        });

    /// <summary>A message of zeros whose last byte comes when it is told to.</summary>
    private sealed class SlowContent : HttpContent
    {
        private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly int _length;

        public SlowContent(int length)
        {
            _length = length;
            Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        }

        public Task Sent => _sent.Task;

        public void Finish() => _finish.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var frame = new byte[5 + _length];
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), _length);
            await stream.WriteAsync(frame.AsMemory(0, frame.Length - 1));
            await stream.FlushAsync();
            _sent.TrySetResult();
            await _finish.Task;
            await stream.WriteAsync(frame.AsMemory(frame.Length - 1));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
