// SPDX-License-Identifier: Apache-2.0

using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.V2;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Grpc;

/// <summary>The one place where a failure becomes a gRPC status.</summary>
internal sealed partial class GrpcErrors(ILogger<GrpcErrors> logger)
{
    private const string DetailsTrailer = "grpc-status-details-bin";
    private const string RetryInfoType = "type.googleapis.com/google.rpc.RetryInfo";

    private readonly ILogger _logger = logger;

    /// <summary>The status of a failure, logged if it is ours.</summary>
    public RpcException Explain(Exception exception, ServerCallContext context)
    {
        switch (exception)
        {
            case RpcException known:
                return known;
            case InferenceException known:
                if (known.Code == InferenceErrorCode.EngineFailed)
                {
                    Failed(known, context.Method);
                }

                return Convert(known);
            case OperationCanceledException when context.CancellationToken.IsCancellationRequested:
                return new RpcException(new Status((StatusCode)ErrorTable.GrpcCancelled, "The caller left."));
            case var _ when context.CancellationToken.IsCancellationRequested:
                // A broken connection surfaces as many kinds of exception; none of them is a fault of ours.
                return new RpcException(new Status((StatusCode)ErrorTable.GrpcCancelled, "The connection ended."));
            default:
                Failed(exception, context.Method);
                return new RpcException(new Status(StatusCode.Internal, "The server failed to answer this request. Its log has the reason."));
        }
    }

    /// <summary>A refusal by the policies of a model.</summary>
    public static RpcException Refuse(ModelInfo model, ModelPermission permission) => new(new Status(
        permission == ModelPermission.Challenged ? StatusCode.Unauthenticated : StatusCode.PermissionDenied,
        V2Operations.DescribeRefusal(model, permission)));

    /// <summary>The status of a failure that needs no log.</summary>
    public static RpcException Convert(InferenceException exception)
    {
        var row = ErrorTable.Find(exception.Code);
        var status = new Status((StatusCode)row.GrpcStatus, exception.Message);
        return row.CanRetry && exception.RetryAfter is { } wait
            ? new RpcException(status, new Metadata { { DetailsTrailer, EncodeDetails(status, wait) } })
            : new RpcException(status);
    }

    // google.rpc.Status { code = 1, message = 2, details = 3 } with one google.rpc.RetryInfo { retry_delay = 1 }.
    private static byte[] EncodeDetails(Status status, TimeSpan wait)
    {
        var delay = Duration.FromTimeSpan(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
        using var retryInfo = new MemoryStream();
        Write(retryInfo, output =>
        {
            output.WriteTag(1, WireFormat.WireType.LengthDelimited);
            output.WriteMessage(delay);
        });
        var detail = new Any { TypeUrl = RetryInfoType, Value = ByteString.CopyFrom(retryInfo.GetBuffer(), 0, (int)retryInfo.Length) };
        using var details = new MemoryStream();
        Write(details, output =>
        {
            output.WriteTag(1, WireFormat.WireType.Varint);
            output.WriteInt32((int)status.StatusCode);
            output.WriteTag(2, WireFormat.WireType.LengthDelimited);
            output.WriteString(status.Detail);
            output.WriteTag(3, WireFormat.WireType.LengthDelimited);
            output.WriteMessage(detail);
        });
        return details.ToArray();
    }

    private static void Write(MemoryStream stream, Action<CodedOutputStream> write)
    {
        using var output = new CodedOutputStream(stream, leaveOpen: true);
        write(output);
    }

    [LoggerMessage(700, LogLevel.Error, "Call {Method} failed.", EventName = "CallFailed")]
    private partial void Failed(Exception exception, string method);
}
