// SPDX-License-Identifier: Apache-2.0

using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Inference.Hosting.Grpc.Protos.Health;
using Inference.Hosting.Grpc.Wire;

namespace Inference.Hosting.Grpc.Services;

/// <summary>Which calls <see cref="HealthService"/> answers.</summary>
internal sealed class HealthMethods : IServiceMethodProvider<HealthService>
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<HealthService> context)
    {
        var requests = ProtoMarshaller.Create(HealthCheckRequest.Parser);
        var responses = ProtoMarshaller.Create(HealthCheckResponse.Parser);
        context.AddUnaryMethod(
            new Method<HealthCheckRequest, HealthCheckResponse>(MethodType.Unary, HealthDefinition.ServiceName, "Check", requests, responses),
            [],
            static (service, request, call) => service.Check(request, call));
        context.AddServerStreamingMethod(
            new Method<HealthCheckRequest, HealthCheckResponse>(MethodType.ServerStreaming, HealthDefinition.ServiceName, "Watch", requests, responses),
            [],
            static (service, request, writer, call) => service.Watch(request, writer, call));
    }
}
