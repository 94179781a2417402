// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Capabilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Benchmarks.Ways;

/// <summary>A typed function that takes no time, of a real host.</summary>
internal sealed class FunctionWay : IWay
{
    private static readonly Task<int[]>[] _answers = [.. Enumerable.Range(0, 65).Select(count => Task.FromResult(new int[count]))];

    private readonly IHost _host;
    private readonly IBatchFunction<int, int> _function;

    private FunctionWay(string name, IHost host)
    {
        (Name, _host) = (name, host);
        _function = host.Services.GetRequiredKeyedService<IBatchFunction<int, int>>("f");
    }

    public string Name { get; }

    public static async Task<FunctionWay> StartAsync(string name, bool isAsynchronous)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        var model = builder.Services.AddModel<IBatchFunction<int, int>>("f");
        if (isAsynchronous)
        {
            model.UseFunction((IReadOnlyList<int> items, CancellationToken _) => _answers[items.Count]);
        }
        else
        {
            model.UseFunction((IReadOnlyList<int> items, CancellationToken _) => (IReadOnlyList<int>)_answers[items.Count].Result);
        }

        var host = builder.Build();
        await host.StartAsync();
        await host.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync();
        return new FunctionWay(name, host);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask CallAsync(int caller) => await _function.InvokeAsync(caller).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
