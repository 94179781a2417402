// SPDX-License-Identifier: Apache-2.0

using Google.Protobuf;
using Grpc.Core;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.Grpc.Wire;

/// <summary>How small messages enter and leave gRPC: by generated code.</summary>
internal static class ProtoMarshaller
{
    public static Marshaller<T> Create<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
        => new(
            static (message, context) =>
            {
                context.SetPayloadLength(message.CalculateSize());
                message.WriteTo(context.GetBufferWriter());
                context.Complete();
            },
            context => Parse(parser, context));

    private static T Parse<T>(MessageParser<T> parser, DeserializationContext context)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(context.PayloadAsReadOnlySequence());
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new RpcException(new Status(
                (StatusCode)ErrorTable.Find(InferenceErrorCode.InvalidInput).GrpcStatus, WireReader.Malformed().Message, exception));
        }
    }
}
