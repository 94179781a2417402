// SPDX-License-Identifier: Apache-2.0

using Grpc.AspNetCore.Server.Model;
using Inference.Hosting.Grpc.Protos;

namespace Inference.Hosting.Grpc.Services;

/// <summary>Which calls <see cref="RepositoryService"/> answers.</summary>
internal sealed class RepositoryMethods : IServiceMethodProvider<RepositoryService>
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<RepositoryService> context)
    {
        context.AddUnaryMethod(
            InferenceDefinition.Unary("RepositoryIndex", RepositoryIndexRequest.Parser, RepositoryIndexResponse.Parser),
            [],
            static (service, request, call) => service.RepositoryIndex(request, call));
        context.AddUnaryMethod(
            InferenceDefinition.Unary("RepositoryModelLoad", RepositoryModelLoadRequest.Parser, RepositoryModelLoadResponse.Parser),
            [],
            static (service, request, call) => service.Load(request, call));
        context.AddUnaryMethod(
            InferenceDefinition.Unary("RepositoryModelUnload", RepositoryModelUnloadRequest.Parser, RepositoryModelUnloadResponse.Parser),
            [],
            static (service, request, call) => service.Unload(request, call));
    }
}
