// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Benchmarks.Ways;
using Microsoft.AspNetCore.Builder;

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>A way over the wire: what the server maps for it, and how a client calls it. Another one is a file here and a line in <see cref="WireWays"/>.</summary>
internal interface IWireWay
{
    /// <summary>As printed.</summary>
    string Name { get; }

    /// <summary>The way that carries the same bytes and does nothing: the price of the transport. Null when there is none to compare with.</summary>
    string? Bare => null;

    /// <summary>Adds what the server needs.</summary>
    void Configure(WebApplicationBuilder builder)
    {
    }

    /// <summary>Maps its endpoints, if <c>MapInference</c> has not.</summary>
    void Map(WebApplication app, IReadOnlyList<WireModel> models)
    {
    }

    /// <summary>Connects callers.</summary>
    Task<IWay> ConnectAsync(WireAddress address, WireModel model, int callers);

    /// <summary>The output of a model for its first payload, to see that the way answers right; null when it does not compute.</summary>
    Task<float[]?> AskAsync(WireAddress address, WireModel model);
}
