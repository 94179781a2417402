// SPDX-License-Identifier: Apache-2.0

using Grpc.Reflection.V1Alpha;
using Inference.Hosting.Grpc.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Grpc.Tests.Services;

/// <summary>An app that turns on gRPC's reflection shows our services, as docs/protocols.md says.</summary>
public sealed class ReflectionTests
{
    [Fact]
    public async Task Reflection_OfTheApp_ListsAndDescribesTheServices()
    {
        await using var app = await GrpcApp.StartAsync(
            services =>
            {
                TestModels.Add(services);
                services.AddGrpcReflection();
            },
            map: app =>
            {
                app.MapInference();
                app.MapGrpcReflectionService();
            });
        using var call = new ServerReflection.ServerReflectionClient(app.Channel).ServerReflectionInfo();

        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        Assert.True(await call.ResponseStream.MoveNext(default));
        var names = call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name).ToArray();
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { FileContainingSymbol = "inference.GRPCInferenceService.ModelInfer" });
        Assert.True(await call.ResponseStream.MoveNext(default));

        Assert.Contains("inference.GRPCInferenceService", names);
        Assert.Contains("grpc.health.v1.Health", names);
        Assert.Equal(names.Distinct(), names);
        Assert.NotEmpty(call.ResponseStream.Current.FileDescriptorResponse.FileDescriptorProto);
    }
}
