// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Remote.V2;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Remote.Tests.V2.Support;

/// <summary>An app whose models are those of other servers, called in process.</summary>
internal sealed class V2App : IAsyncDisposable
{
    private readonly IHost _host;

    private V2App(IHost host) => _host = host;

    public IModelCatalog Catalog => _host.Services.GetRequiredService<IModelCatalog>();

    public IInferenceClient this[string model] => Catalog.GetClient(model);

    public static async Task<V2App> StartAsync(Action<IServiceCollection> add, bool isReady = true)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        add(builder.Services);
        var host = builder.Build();
        await host.StartAsync();
        var app = new V2App(host);
        if (isReady)
        {
            await app.Catalog.WaitUntilReadyAsync().WaitAsync(V2Server.Patience);
        }

        return app;
    }

    /// <summary>An app with one model of one server.</summary>
    public static Task<V2App> StartAsync(V2Server server, Way way, string model, Action<V2RemoteOptions>? configure = null)
        => StartAsync(services => Add(services, server, way, model, configure));

    public static void Add(IServiceCollection services, V2Server server, Way way, string model, Action<V2RemoteOptions>? configure = null)
        => services.AddModel(model).UseV2(server[way], options =>
        {
            options.BinaryData = way == Way.Json ? false : null;
            configure?.Invoke(options);
        });

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync().WaitAsync(V2Server.Patience);
        _host.Dispose();
    }
}
