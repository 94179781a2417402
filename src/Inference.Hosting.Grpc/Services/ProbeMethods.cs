// SPDX-License-Identifier: Apache-2.0

using Grpc.AspNetCore.Server.Model;
using Inference.Hosting.Grpc.Protos;

namespace Inference.Hosting.Grpc.Services;

/// <summary>Which calls <see cref="ProbeService"/> answers.</summary>
internal sealed class ProbeMethods : IServiceMethodProvider<ProbeService>
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<ProbeService> context)
    {
        context.AddUnaryMethod(
            InferenceDefinition.Unary("ServerLive", ServerLiveRequest.Parser, ServerLiveResponse.Parser),
            [],
            static (_, request, call) => ProbeService.ServerLive(request, call));
        context.AddUnaryMethod(
            InferenceDefinition.Unary("ServerReady", ServerReadyRequest.Parser, ServerReadyResponse.Parser),
            [],
            static (service, request, call) => service.ServerReady(request, call));
        context.AddUnaryMethod(
            InferenceDefinition.Unary("ModelReady", ModelReadyRequest.Parser, ModelReadyResponse.Parser),
            [],
            static (service, request, call) => service.ModelReady(request, call));
    }
}
