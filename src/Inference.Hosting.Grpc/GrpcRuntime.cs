// SPDX-License-Identifier: Apache-2.0

using Grpc.Core;
using Inference.Hosting.AspNetCore.V2;
using Inference.Hosting.Diagnostics;
using Inference.Hosting.Grpc.Calls;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Inference.Hosting.Grpc;

/// <summary>What the services share: known once <c>MapInference</c> was called.</summary>
internal sealed class GrpcRuntime(IHostApplicationLifetime lifetime, GrpcErrors errors, IServiceProvider services)
{
    private readonly RequestMetrics? _metrics = services.GetService<RequestMetrics>();
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

    /// <summary>When a request that comes now came; 0 when nobody measures.</summary>
    public long GetArrival() => _metrics is { IsEnabled: true } ? Operations.Time.GetTimestamp() : 0;

    /// <summary>The status of a failed inference. One that no model was asked for is measured here.</summary>
    public RpcException Explain(Exception exception, InferMessage message, ServerCallContext context)
    {
        if (exception is InferenceException { Code: var code } && message is { Arrival: > 0, Request.IsAsked: false })
        {
            var known = message.Model?.Versions.Any(version => version.Version == message.ModelVersion) == true;
            _metrics?.Refused(
                message.Model?.Name, known ? message.ModelVersion : null, Operations.Time.GetElapsedTime(message.Arrival), code);
        }

        return Errors.Explain(exception, context);
    }

    private static InvalidOperationException NotMapped() => new("gRPC is not mapped. Call app.MapInference().");
}
