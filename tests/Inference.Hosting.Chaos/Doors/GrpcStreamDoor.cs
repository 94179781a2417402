// SPDX-License-Identifier: Apache-2.0

using Grpc.Core;
using Grpc.Net.Client;
using Inference.Hosting.Chaos.Calls;
using Inference.Hosting.Grpc.Protos;

namespace Inference.Hosting.Chaos.Doors;

/// <summary>V2 over a gRPC stream: many calls on one, failures as messages in it, and now and then it is dropped in the middle of a call.</summary>
internal sealed class GrpcStreamDoor(GrpcChannel channel) : IDoor
{
    private readonly GRPCInferenceService.GRPCInferenceServiceClient _client = new(channel);
    private AsyncDuplexStreamingCall<ModelInferRequest, ModelStreamInferResponse>? _stream;

    public string Name => "grpc-stream";

    public IReadOnlyCollection<CallKind> Kinds { get; } =
        [CallKind.Good, CallKind.Large, CallKind.Cancelled, CallKind.Poison, CallKind.Bad, CallKind.Unknown];

    public IReadOnlyList<Damage> Damages { get; } = [Damage.WrongName, Damage.MissingInput, Damage.WrongCount, Damage.CutBody];

    public async Task<Reply> CallAsync(Call call)
    {
        var stream = _stream ??= _client.ModelStreamInfer();
        try
        {
            await stream.RequestStream.WriteAsync(GrpcMessages.Write(call));
            if (call.LeavesAfter is { } patience)
            {
                await Task.Delay(patience);
                return Drop();
            }

            return await stream.ResponseStream.MoveNext() ? Read(call, stream.ResponseStream.Current) : Reply.Broken("the stream ended");
        }
        catch (RpcException exception)
        {
            Drop();
            return Reply.Broken(exception.ToString());
        }
    }

    private Reply Drop()
    {
        _stream?.Dispose();
        _stream = null;
        return new Reply(Outcome.Gone) { IsCertain = false };
    }

    // A message has no code: it counts as the one failure that the kind of call may have.
    private static Reply Read(Call call, ModelStreamInferResponse answer)
    {
        if (answer.ErrorMessage.Length == 0)
        {
            return GrpcMessages.Read(answer.InferResponse);
        }

        var outcome = call.Kind switch
        {
            CallKind.Poison => Outcome.Failed,
            CallKind.Bad => Outcome.Invalid,
            CallKind.Unknown => Outcome.NotFound,
            CallKind.Cancelled => Outcome.Full,
            _ => Outcome.Broken,
        };
        return answer.InferResponse.Id == call.Id
            ? new Reply(outcome) { Text = answer.ErrorMessage }
            : Reply.Broken($"a failure carries the id {answer.InferResponse.Id}");
    }
}
