// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Remote.Tests.V2.Support;

/// <summary>An ordinary app that serves models over REST and gRPC on real ports, which can be killed and started again.</summary>
internal sealed class V2Server : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Action<IServiceCollection> _add;
    private WebApplication? _app;
    private Uri[] _addresses = [];

    private V2Server(Action<IServiceCollection> add) => _add = add;

    public IModelCatalog Catalog => _app!.Services.GetRequiredService<IModelCatalog>();

    public Uri Rest => _addresses[0];

    public Uri Grpc => new($"grpc://{_addresses[1].Authority}");

    public static async Task<V2Server> StartAsync(Action<IServiceCollection> add)
    {
        var server = new V2Server(add);
        await server.StartAsync();
        return server;
    }

    public Uri this[Way way] => way == Way.Grpc ? Grpc : Rest;

    /// <summary>Starts it, again at the same ports.</summary>
    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddInferenceGrpc();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(1));
        _add(builder.Services);
        var ports = _addresses.Select(address => address.Port).ToArray();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = null;
            options.Listen(IPAddress.Loopback, ports.ElementAtOrDefault(0), listen => listen.Protocols = HttpProtocols.Http1);
            options.Listen(IPAddress.Loopback, ports.ElementAtOrDefault(1), listen => listen.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        app.MapInference();
        await app.StartAsync();
        await app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync().WaitAsync(Patience);
        (_app, _addresses) = (app, [.. app.Urls.Select(url => new Uri(url))]);
    }

    /// <summary>Ends it without waiting for anybody.</summary>
    public async Task KillAsync()
    {
        if (_app is { } app)
        {
            _app = null;
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            try
            {
                await app.StopAsync(now.Token).WaitAsync(Patience);
            }
            catch (OperationCanceledException)
            {
                // Whoever kills does not wait.
            }

            await app.DisposeAsync();
        }
    }

    public ValueTask DisposeAsync() => new(KillAsync());
}
