// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Conformance.Tests.Support;

/// <summary>Our own server with the generated models, from the folder that the command writes, in ONNX Runtime.</summary>
public sealed class ModelServer : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("conformance-");
    private WebApplication _memory = null!;
    private WebApplication _sockets = null!;

    /// <summary>Where it listens on a real port for REST; administration is open to everybody there.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Where it listens on a real port for gRPC.</summary>
    public Uri GrpcAddress { get; private set; } = null!;

    /// <summary>Calls it without a port.</summary>
    public HttpMessageHandler CreateHandler() => _memory.GetTestServer().CreateHandler();

    public async ValueTask InitializeAsync()
    {
        ConformanceModels.WriteTo(_folder.FullName);
        _memory = await StartAsync(builder => builder.WebHost.UseTestServer(), app => app.MapInference());
        _sockets = await StartAsync(
            builder =>
            {
                builder.Services.AddInferenceGrpc();
                builder.Services.AddAuthorizationBuilder().AddPolicy("anybody", policy => policy.RequireAssertion(_ => true));
                builder.WebHost.ConfigureKestrel(options =>
                {
                    options.Listen(IPAddress.Loopback, 0, port => port.Protocols = HttpProtocols.Http1);
                    options.Listen(IPAddress.Loopback, 0, port => port.Protocols = HttpProtocols.Http2);
                });
            },
            app => app.MapInference().Admin.RequireAuthorization("anybody"));
        var addresses = _sockets.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        (Address, GrpcAddress) = (new Uri(addresses[0]), new Uri(addresses[1]));
    }

    public async ValueTask DisposeAsync()
    {
        await _memory.DisposeAsync();
        await _sockets.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task<WebApplication> StartAsync(Action<WebApplicationBuilder> configure, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        foreach (var name in ConformanceModels.Names)
        {
            builder.Services.AddModel(name).UseOnnxRuntime(Path.Combine(_folder.FullName, name, "1")).WithBatching(options => options.MaxBatchSize = 8);
        }

        configure(builder);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync(cancellationToken: patience.Token);
        return app;
    }
}
