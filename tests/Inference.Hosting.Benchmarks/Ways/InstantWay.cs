// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Tensors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Inference.Hosting.Benchmarks.Ways;

/// <summary>Ours over an engine that takes no time, with a reused request for each caller.</summary>
internal sealed class InstantWay : IWay
{
    private readonly IHost _host;
    private readonly IInferenceClient _client;
    private readonly InferenceRequest[] _requests;

    private InstantWay(IHost host, int callers)
    {
        _host = host;
        _client = host.Services.GetRequiredKeyedService<IInferenceClient>("instant");
        _requests = [.. Enumerable.Range(0, callers).Select(caller => new InferenceRequest
        {
            Inputs = { ["x"] = InferenceTensor.Create<float>([caller, 2, 3, 4], 1, 4) },
        })];
    }

    public string Name => "**ours**";

    public static async Task<InstantWay> StartAsync(int callers)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddModel("instant").UseEngine((_, _) => new(new InstantEngine()));
        var host = builder.Build();
        await host.StartAsync().ConfigureAwait(false);
        await host.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync().ConfigureAwait(false);
        return new InstantWay(host, callers);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask CallAsync(int caller)
    {
        using var response = await _client.InferAsync(_requests[caller]).ConfigureAwait(false);
        if (response.Outputs.Items[0].Value.AsSpan<float>()[0] != caller)
        {
            throw new InvalidOperationException("A caller got a row that is not its own.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync().ConfigureAwait(false);
        _host.Dispose();
    }
}
