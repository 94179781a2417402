// SPDX-License-Identifier: Apache-2.0

using Grpc.Core;
using Inference.Hosting.Grpc.Protos;

namespace Inference.Hosting.Grpc.Services;

/// <summary>Liveness and readiness. Probes never fail: what is not there is not ready.</summary>
internal sealed class ProbeService(GrpcRuntime runtime)
{
    private static readonly Task<ServerLiveResponse> _live = Task.FromResult(new ServerLiveResponse { Live = true });

    public static Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) => _live;

    public Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context)
        => Task.FromResult(new ServerReadyResponse { Ready = runtime.Operations.IsReady });

    public Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context)
        => Task.FromResult(new ModelReadyResponse
        {
            Ready = runtime.Operations.IsModelReady(request.Name, request.Version.Length == 0 ? null : request.Version),
        });
}
