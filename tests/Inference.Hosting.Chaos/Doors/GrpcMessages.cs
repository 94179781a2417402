// SPDX-License-Identifier: Apache-2.0

using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Inference.Hosting.Chaos.Calls;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Chaos.Doors;

/// <summary>The messages of a V2 call over gRPC, made and read by a client that was generated from the published proto.</summary>
internal static class GrpcMessages
{
    public static ModelInferRequest Write(Call call)
    {
        var request = new ModelInferRequest { ModelName = call.Model, ModelVersion = call.Version ?? "", Id = call.Id };
        foreach (var input in V2Json.Inputs(call))
        {
            request.Inputs.Add(new ModelInferRequest.Types.InferInputTensor
            {
                Name = input.Name,
                Datatype = input.DataType.ToV2Name(),
                Shape = { input.Shape },
            });
            request.RawInputContents.Add(ByteString.CopyFrom(input.ToBytes()));
        }

        if (call.QueueTimeout is { } timeout)
        {
            request.Parameters["timeout"] = new InferParameter { Int64Param = (long)timeout.TotalMicroseconds };
        }

        if (call.Damage == Damage.CutBody && request.RawInputContents.Count > 0)
        {
            request.RawInputContents[0] = ByteString.CopyFrom(request.RawInputContents[0].Span[1..]);
        }

        return request;
    }

    public static Reply Read(ModelInferResponse response)
    {
        if (response.RawOutputContents.Count != response.Outputs.Count)
        {
            return Reply.Broken($"there are {response.RawOutputContents.Count} raw contents for {response.Outputs.Count} outputs");
        }

        var reply = new Reply(Outcome.Ok) { Id = response.Id, Version = response.ModelVersion };
        for (var i = 0; i < response.Outputs.Count; i++)
        {
            V2Json.ReadBytes(reply, response.Outputs[i].Name, response.Outputs[i].Datatype, response.RawOutputContents[i].Span);
        }

        return reply;
    }

    /// <summary>What a status means; one that the client gave itself says nothing of the server.</summary>
    public static Reply Fail(Call call, RpcException exception)
    {
        var retry = RetryAfter(exception);
        var outcome = exception.StatusCode switch
        {
            // A client that leaves while a call starts may report its own abort as a server that is not there.
            _ when call.LeavesAfter is not null && exception.Status.DebugException is not null => Outcome.Gone,
            StatusCode.InvalidArgument => Outcome.Invalid,
            StatusCode.NotFound => Outcome.NotFound,
            StatusCode.ResourceExhausted => retry is null ? Outcome.TooLarge : Outcome.Full,
            StatusCode.Unavailable => Outcome.NotReady,
            StatusCode.DeadlineExceeded => Outcome.Late,
            StatusCode.Internal => Outcome.Failed,
            StatusCode.Cancelled when call.LeavesAfter is not null => Outcome.Gone,

            // The server ends a stream whose deadline has passed; a client that is still sending reports the end, not the reason.
            StatusCode.Cancelled when call.Deadline is not null && exception.Status.DebugException is HttpRequestException => Outcome.Late,
            _ => Outcome.Broken,
        };
        return new Reply(outcome)
        {
            Text = outcome == Outcome.Broken ? exception.ToString() : exception.Status.Detail is { Length: > 0 } text ? text : "The client's own.",
            RetryAfter = retry,
            IsCertain = outcome != Outcome.Gone && (outcome != Outcome.Late || call.Deadline is null),
        };
    }

    // google.rpc.Status { code = 1, message = 2, details = 3 } with a google.rpc.RetryInfo { retry_delay = 1 }.
    private static double? RetryAfter(RpcException exception)
    {
        if (exception.Trailers.GetValueBytes("grpc-status-details-bin") is not { } bytes)
        {
            return null;
        }

        var input = new CodedInputStream(bytes);
        while (input.ReadTag() is not 0 and var tag)
        {
            if (tag != 26)
            {
                input.SkipLastField();
                continue;
            }

            var detail = new Any();
            input.ReadMessage(detail);
            var info = detail.Value.CreateCodedInput();
            info.ReadTag();
            var delay = new Duration();
            info.ReadMessage(delay);

            // In gRPC it is exact; callers over HTTP get whole seconds.
            return Math.Max(1, delay.ToTimeSpan().TotalSeconds);
        }

        return null;
    }
}
