// SPDX-License-Identifier: Apache-2.0

using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Inference.Hosting.AspNetCore.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Inference.Hosting.Grpc;

/// <summary>A request body that has arrived; its caller may still leave before it is read.</summary>
internal sealed class ArrivedBody(PipeReader inner) : PipeReader, IRequestBodyPipeFeature
{
    public PipeReader Reader => this;

    // Servers say so by an exception, which may come before the call's token is cancelled; gRPC would then log it as a failure of ours.
    public static RpcException CallerLeft() => new(new Status((StatusCode)ErrorTable.GrpcCancelled, "The connection ended."));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await inner.ReadAsync(cancellationToken);
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            throw CallerLeft();
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        try
        {
            return inner.TryRead(out result);
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            throw CallerLeft();
        }
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        try
        {
            inner.AdvanceTo(consumed, examined);
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            throw CallerLeft();
        }
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);
}
