// SPDX-License-Identifier: Apache-2.0

extern alias package;

using System.Net;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Grpc.Protos.Health;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using package::Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Grpc.Tests.Support;

/// <summary>An ordinary app that serves models over gRPC, in memory or on a real port without TLS.</summary>
internal sealed class GrpcApp : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WebApplication _app;

    private GrpcApp(WebApplication app, GrpcChannel channel) => (_app, Channel) = (app, channel);

    public GrpcChannel Channel { get; }

    public GRPCInferenceService.GRPCInferenceServiceClient Client => new(Channel);

    public Health.HealthClient Health => new(Channel);

    public IServiceProvider Services => _app.Services;

    public IModelCatalog Catalog => Services.GetRequiredService<IModelCatalog>();

    public IReadOnlyList<Uri> Addresses => [.. _app.Urls.Select(url => new Uri(url))];

    public static async Task<GrpcApp> StartAsync(
        Action<IServiceCollection> add,
        bool kestrel = false,
        bool isReady = true,
        Action<WebApplicationBuilder>? configure = null,
        Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        add(builder.Services);
        builder.Services.AddInferenceGrpc();
        if (kestrel)
        {
            builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        }
        else
        {
            builder.WebHost.UseTestServer();
        }

        configure?.Invoke(builder);
        var app = builder.Build();
        if (map is null)
        {
            app.MapInference();
        }
        else
        {
            map(app);
        }

        await app.StartAsync();
        if (isReady)
        {
            await app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync().WaitAsync(Patience);
        }

        var channel = kestrel
            ? Connect(new Uri(app.Urls.First()))
            : GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
            {
                HttpHandler = app.GetTestServer().CreateHandler(),
                MaxReceiveMessageSize = null,
                MaxSendMessageSize = null,
            });
        return new GrpcApp(app, channel);
    }

    public static GrpcChannel Connect(Uri address, X509Certificate2? trusted = null) => GrpcChannel.ForAddress(address, new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.GetCertHashString() == trusted!.GetCertHashString() },
        },
        DisposeHttpClient = true,
        MaxReceiveMessageSize = null,
        MaxSendMessageSize = null,
    });

    public HttpClient CreateHttpClient() => _app.GetTestClient();

    /// <summary>The status that a call fails with.</summary>
    public static async Task<RpcException> FailAsync<T>(AsyncUnaryCall<T> call)
    {
        using (call)
        {
            return await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WaitAsync(Patience));
        }
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _app.StopAsync().WaitAsync(Patience);
        await _app.DisposeAsync();
    }
}
