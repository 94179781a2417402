// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.V2;
using Inference.Hosting.Grpc.Calls;
using Microsoft.Extensions.Hosting;

namespace Inference.Hosting.Grpc;

/// <summary>What the services share: known once <c>MapInference</c> was called.</summary>
internal sealed class GrpcRuntime(IHostApplicationLifetime lifetime, GrpcErrors errors)
{
    private V2Operations? _operations;
    private InferMessagePool? _messages;

    public V2Operations Operations => _operations ?? throw NotMapped();

    public InferMessagePool Messages => _messages ?? throw NotMapped();

    public GrpcErrors Errors { get; } = errors;

    /// <summary>Cancelled when the host begins to stop.</summary>
    public CancellationToken Stopping => lifetime.ApplicationStopping;

    /// <summary>Takes over what is to be served.</summary>
    /// <returns>False after the first time: paths of gRPC are fixed, so that they can be mapped only once.</returns>
    public bool TryStart(V2Operations operations)
    {
        if (_operations is not null)
        {
            return false;
        }

        (_operations, _messages) = (operations, new InferMessagePool(operations));
        return true;
    }

    private static InvalidOperationException NotMapped() => new("gRPC is not mapped. Call app.MapInference().");
}
