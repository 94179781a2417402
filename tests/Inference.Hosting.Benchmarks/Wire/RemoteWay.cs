// SPDX-License-Identifier: Apache-2.0

extern alias remote;

using Inference.Hosting.Benchmarks.Ways;
using Inference.Hosting.Tensors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using remote::Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>An app whose model is that of the identity server, called in process.</summary>
internal sealed class RemoteWay : IWay
{
    private readonly IHost _host;
    private readonly IInferenceClient _client;
    private readonly InferenceRequest[] _requests;

    private RemoteWay(string name, IHost host, int columns, int callers)
    {
        (Name, _host) = (name, host);
        _client = host.Services.GetRequiredService<IModelCatalog>().GetClient(IdentityServer.Model);
        _requests = [.. Enumerable.Range(0, callers).Select(_ => new InferenceRequest { Inputs = { { "x", MakeInput(columns) } } })];
    }

    public string Name { get; }

    public static InferenceTensor MakeInput(int columns)
        => InferenceTensor.Create([.. Enumerable.Range(0, columns).Select(i => (float)i)], 1, columns);

    public static async Task<RemoteWay> StartAsync(string name, Uri address, int columns, int callers)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders();
        builder.Services.AddModel(IdentityServer.Model).UseV2(address);
        var host = builder.Build();
        await host.StartAsync().ConfigureAwait(false);
        await host.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync().ConfigureAwait(false);
        return new RemoteWay(name, host, columns, callers);
    }

    public async ValueTask CallAsync(int caller)
    {
        using var response = await _client.InferAsync(_requests[caller]).ConfigureAwait(false);
        if (response["y"].ByteLength != _requests[caller].Inputs["x"].ByteLength)
        {
            throw new InvalidOperationException("The answer is not the request.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync().ConfigureAwait(false);
        _host.Dispose();
    }
}
