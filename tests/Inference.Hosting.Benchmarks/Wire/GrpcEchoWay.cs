// SPDX-License-Identifier: Apache-2.0

using Grpc.Core;
using Microsoft.AspNetCore.Builder;

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>A grpc-dotnet service that sends back the bytes of a message: the price of gRPC.</summary>
internal sealed class GrpcEchoWay : GrpcWay
{
    public const string Title = "bare grpc-dotnet, echo";

    private static readonly Method<byte[], byte[]> _method = MakeMethod("echo", "Echo");

    public override string Name => Title;

    public override string? Bare => null;

    protected override Method<byte[], byte[]> Method => _method;

    public override void Map(WebApplication app, IReadOnlyList<WireModel> models) => app.MapGrpcService<EchoService>();

    protected override float[]? ReadOutput(byte[] message) => null;

    /// <summary>What the generator would write if there were a proto: the server binds methods of a base by the name of the call.</summary>
    [BindServiceMethod(typeof(EchoServiceBase), nameof(Bind))]
    internal abstract class EchoServiceBase
    {
        public static void Bind(ServiceBinderBase binder, EchoServiceBase? service)
            => binder.AddMethod(_method, service is null ? null! : new UnaryServerMethod<byte[], byte[]>(service.Echo));

        public abstract Task<byte[]> Echo(byte[] request, ServerCallContext context);
    }

    internal sealed class EchoService : EchoServiceBase
    {
        public override Task<byte[]> Echo(byte[] request, ServerCallContext context) => Task.FromResult(request);
    }
}
