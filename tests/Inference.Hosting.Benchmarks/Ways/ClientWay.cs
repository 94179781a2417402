// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Benchmarks.Models;
using Inference.Hosting.Tensors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Benchmarks.Ways;

/// <summary>Ours, in process: <c>AddModel</c>, <c>UseOnnxRuntime</c>, <see cref="IInferenceClient"/>.</summary>
internal sealed class ClientWay : IWay
{
    private readonly IHost _host;
    private readonly IInferenceClient _client;
    private readonly InferenceRequest[] _requests;
    private int _next;

    private ClientWay(string name, IHost host, BenchModel model)
    {
        (Name, _host) = (name, host);
        _client = host.Services.GetRequiredKeyedService<IInferenceClient>("model");
        _requests = [.. model.Payloads.Select(MakeRequest)];
    }

    public string Name { get; }

    public static async Task<ClientWay> StartAsync(string name, BenchModel model, int instances = 1, int intraOp = 0)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var registration = builder.Services.AddModel("model")
            .UseOnnxRuntime(model.Bytes, options => options.IntraOpThreads = intraOp)
            .WithInstances(instances);
        if (model.Ragged.Count == 0)
        {
            registration.WithWarmup(options => options.Sample = _ => MakeRequest(model.Payloads[0]));
        }

        foreach (var input in model.Ragged)
        {
            registration.WithRaggedAxis(input);
        }

        var host = builder.Build();
        await host.StartAsync().ConfigureAwait(false);
        await host.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync().ConfigureAwait(false);
        return new ClientWay(name, host, model);
    }

    /// <summary>A request as a user makes it.</summary>
    public static InferenceRequest MakeRequest(Payload payload)
    {
        var request = new InferenceRequest { Overflow = InferenceOverflow.Reject };
        foreach (var (input, data, shape) in payload.Inputs)
        {
            request.Inputs[input] = InferenceTensor.Create<float>(data, shape);
        }

        return request;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask CallAsync(int caller)
    {
        // A request object is only read while it is under way, so that several callers may send the same one.
        var request = _requests[(Interlocked.Increment(ref _next) & int.MaxValue) % _requests.Length];
        using var response = await _client.InferAsync(request).ConfigureAwait(false);
        if (float.IsNaN(response.Outputs.Items[0].Value.AsSpan<float>()[0]))
        {
            throw new InvalidOperationException("The model answered NaN.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync().ConfigureAwait(false);
        _host.Dispose();
    }
}
