// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Benchmarks.Models;
using Inference.Hosting.Benchmarks.Ways;
using Microsoft.AspNetCore.Builder;

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>What ways over HTTP/1.1 share: a connection for each caller, and requests that are made once.</summary>
internal abstract class HttpWay : IWireWay
{
    public abstract string Name { get; }

    public virtual string? Bare => null;

    public virtual void Map(WebApplication app, IReadOnlyList<WireModel> models)
    {
    }

    public async Task<IWay> ConnectAsync(WireAddress address, WireModel model, int callers)
    {
        var connections = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => HttpConnection.OpenAsync(address.Http1))).ConfigureAwait(false);
        return new Callers(Name, connections, [.. model.Model.Payloads.Select(payload => MakeRequest(model, payload))]);
    }

    public async Task<float[]?> AskAsync(WireAddress address, WireModel model)
    {
        using var connection = await HttpConnection.OpenAsync(address.Http1).ConfigureAwait(false);
        return ReadOutput((await connection.SendAsync(MakeRequest(model, model.Model.Payloads[0])).ConfigureAwait(false)).Span);
    }

    /// <summary>A whole request.</summary>
    protected abstract byte[] MakeRequest(WireModel model, Payload payload);

    /// <summary>The output in a body as it came; null when the way does not compute.</summary>
    protected abstract float[]? ReadOutput(ReadOnlySpan<byte> body);

    private sealed class Callers(string name, HttpConnection[] connections, byte[][] requests) : IWay
    {
        private int _next;

        public string Name => name;

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        public async ValueTask CallAsync(int caller)
            => await connections[caller].SendAsync(requests[(Interlocked.Increment(ref _next) & int.MaxValue) % requests.Length]).ConfigureAwait(false);

        public ValueTask DisposeAsync()
        {
            Array.ForEach(connections, connection => connection.Dispose());
            return default;
        }
    }
}
