// SPDX-License-Identifier: Apache-2.0

using Grpc.Core;
using Inference.Hosting.Grpc.Protos.Health;
using ServingStatus = Inference.Hosting.Grpc.Protos.Health.HealthCheckResponse.Types.ServingStatus;

namespace Inference.Hosting.Grpc.Services;

/// <summary>grpc.health.v1: of the server, of its services, and of a model under its name.</summary>
internal sealed class HealthService(GrpcRuntime runtime) : HealthDefinition.Base
{
    // Nobody signals a lost device or an open circuit breaker, so that the state is asked for.
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    public Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
        => Find(request.Service) is { } status
            ? Task.FromResult(new HealthCheckResponse { Status = status })
            : Task.FromException<HealthCheckResponse>(new RpcException(new Status(
                StatusCode.NotFound, $"There is no service '{request.Service}'. Ask for a model's name, for {InferenceDefinition.ServiceName}, or for the server with an empty name.")));

    public async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> answers, ServerCallContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, runtime.Stopping);
        using var timer = new PeriodicTimer(_interval, runtime.Operations.Time);
        ServingStatus? last = null;
        try
        {
            do
            {
                var status = Find(request.Service) ?? ServingStatus.ServiceUnknown;
                if (status != last)
                {
                    await answers.WriteAsync(new HealthCheckResponse { Status = status }, ending.Token);
                    last = status;
                }
            }
            while (await timer.WaitForNextTickAsync(ending.Token));
        }
        catch (OperationCanceledException) when (runtime.Stopping.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            // An open call would keep the server from stopping; who watches learns why it ends.
            if (last != ServingStatus.NotServing)
            {
                await answers.WriteAsync(new HealthCheckResponse { Status = ServingStatus.NotServing }, context.CancellationToken);
            }

            throw new RpcException(new Status(StatusCode.Unavailable, "The server is shutting down."));
        }
        catch (OperationCanceledException exception)
        {
            throw runtime.Errors.Explain(exception, context);
        }
    }

    private ServingStatus? Find(string service)
    {
        var operations = runtime.Operations;
        var isReady = service is "" or InferenceDefinition.ServiceName or HealthDefinition.ServiceName
            ? operations.IsReady && !runtime.Stopping.IsCancellationRequested
            : operations.Catalog.TryGetModel(service, out var model) ? model.IsReady : (bool?)null;
        return isReady is { } ready ? ready ? ServingStatus.Serving : ServingStatus.NotServing : null;
    }
}
