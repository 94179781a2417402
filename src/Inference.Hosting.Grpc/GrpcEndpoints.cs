// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore;
using Inference.Hosting.Grpc.Services;
using Microsoft.AspNetCore.Builder;

namespace Inference.Hosting.Grpc;

/// <summary>Maps the services into the groups of <c>MapInference</c>. Their paths are fixed, so that a prefix does not reach them.</summary>
internal sealed class GrpcEndpoints(GrpcRuntime runtime) : IProtocolEndpoints
{
    public void Map(InferenceRouteGroups groups)
    {
        if (!runtime.TryStart(groups.V2))
        {
            return;
        }

        groups.RootHealth.MapGrpcService<ProbeService>();
        groups.RootInference.MapGrpcService<InferenceService>().Add(new MessageAdmission(groups.V2).Apply);
        groups.RootAdmin.MapGrpcService<RepositoryService>();

        // An app that serves grpc.health.v1 itself goes first.
        groups.RootHealth.MapGrpcService<HealthService>().WithMetadata(YieldingMetadata.Instance);
    }
}
