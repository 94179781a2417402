// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Grpc.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

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
}
