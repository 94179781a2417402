// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Inference.Hosting.AspNetCore;
using Inference.Hosting.Grpc;
using Inference.Hosting.Grpc.Services;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds gRPC to what <c>MapInference</c> maps.</summary>
public static class InferenceGrpcServiceCollectionExtensions
{
    // What gRPC says that it looks for in a service.
    private const DynamicallyAccessedMemberTypes ServiceMembers = DynamicallyAccessedMemberTypes.PublicConstructors
        | DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods;

    /// <summary>
    /// Lets <c>MapInference</c> map the V2 protocol over gRPC: <c>inference.GRPCInferenceService</c>, and <c>grpc.health.v1.Health</c> unless
    /// the app maps that itself. Limits, authorization, priorities and deadlines are those of the REST routes (<c>Inference:Http</c>).
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <returns>The app's gRPC, for interceptors and options of its own; what it says of message sizes and compression does not reach these services.</returns>
    /// <remarks>gRPC needs HTTP/2: a port with TLS serves it beside REST; without TLS it needs a port of its own. Calling it twice is harmless.</remarks>
    public static IGrpcServerBuilder AddInferenceGrpc(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var builder = services.AddGrpc();
        services.TryAddSingleton<GrpcErrors>();
        services.TryAddSingleton<GrpcRuntime>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IProtocolEndpoints, GrpcEndpoints>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, YieldingPolicy>());
        AddService<ProbeService, ProbeMethods>(services);
        AddService<InferenceService, InferenceMethods>(services);
        AddService<RepositoryService, RepositoryMethods>(services);
        AddService<HealthService, HealthMethods>(services);
        return builder;
    }

    private static void AddService<
        [DynamicallyAccessedMembers(ServiceMembers)] TService,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TMethods>(IServiceCollection services)
        where TService : class
        where TMethods : class, IServiceMethodProvider<TService>
    {
        if (services.Any(service => service.ServiceType == typeof(TService)))
        {
            return;
        }

        services.AddSingleton<TService>();
        services.AddSingleton<IServiceMethodProvider<TService>, TMethods>();
        services.AddOptions<GrpcServiceOptions<TService>>().Configure<GrpcRuntime>(static (options, runtime) =>
        {
            var limits = runtime.Operations.Options;
            options.MaxReceiveMessageSize = (int)Math.Min(limits.MaxRequestBodySize, int.MaxValue);
            options.CompressionProviders =
                [BoundedCompression.Gzip(limits.MaxDecompressedBodySize), BoundedCompression.Deflate(limits.MaxDecompressedBodySize)];
        });
    }
}
