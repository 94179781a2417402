// SPDX-License-Identifier: Apache-2.0

using Grpc.Core;

namespace Inference.Hosting.Grpc.Calls;

/// <summary>How inference messages enter and leave gRPC: not by generated code, which would copy and allocate each tensor.</summary>
internal static class InferMarshallers
{
    /// <summary>Takes a message in; it is read later, where a fault can be answered.</summary>
    public static Marshaller<InferMessage> CreateForRequests(GrpcRuntime runtime) => new(
        static (_, _) => throw new NotSupportedException("A server only reads requests."),
        context =>
        {
            var message = runtime.Messages.Rent();
            message.Receive(context.PayloadAsReadOnlySequence());
            return message;
        });

    public static Marshaller<InferAnswer> Answers { get; } = new(
        static (answer, context) =>
        {
            context.SetPayloadLength(InferAnswerWriter.Measure(answer));
            InferAnswerWriter.Write(answer, context.GetBufferWriter());
            context.Complete();
        },
        static _ => throw new NotSupportedException("A server only writes answers."));
}
