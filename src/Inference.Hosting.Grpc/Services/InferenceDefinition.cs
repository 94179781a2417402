// SPDX-License-Identifier: Apache-2.0

using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Grpc.Wire;

namespace Inference.Hosting.Grpc.Services;

/// <summary>The service of the V2 protocol, as generated code would describe it: gRPC's reflection looks for it by this shape.</summary>
internal static class InferenceDefinition
{
    public const string ServiceName = "inference.GRPCInferenceService";

    public static ServiceDescriptor Descriptor => GrpcServiceReflection.Descriptor.Services[0];

    /// <summary>A call with one request and one answer.</summary>
    public static Method<TRequest, TResponse> Unary<TRequest, TResponse>(
        string name, MessageParser<TRequest> requests, MessageParser<TResponse> responses)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
        => new(MethodType.Unary, ServiceName, name, ProtoMarshaller.Create(requests), ProtoMarshaller.Create(responses));

    public abstract class Base;
}
