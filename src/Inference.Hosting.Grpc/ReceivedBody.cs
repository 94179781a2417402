// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Inference.Hosting.AspNetCore;
using Inference.Hosting.AspNetCore.V2;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Inference.Hosting.Grpc;

/// <summary>A request body whose bytes count, while a message waits for the rest of it, as held by what is being received.</summary>
/// <remarks>gRPC gathers a message in the server's buffers until it is whole; limits on one message bound nothing when hundreds arrive at once.</remarks>
internal sealed class ReceivedBody(PipeReader inner, V2Operations operations) : PipeReader, IRequestBodyPipeFeature, IDisposable
{
    private ReadOnlySequence<byte> _buffer;
    private long _held;

    public PipeReader Reader => this;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return Count(await inner.ReadAsync(cancellationToken));
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            throw ArrivedBody.CallerLeft();
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        try
        {
            if (!inner.TryRead(out result))
            {
                return false;
            }
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            throw ArrivedBody.CallerLeft();
        }

        result = Count(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        var left = _buffer.Slice(consumed).Length;
        operations.ReleaseReceived(_held - left);
        _held = left;
        _buffer = default;
        try
        {
            inner.AdvanceTo(consumed, examined);
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            throw ArrivedBody.CallerLeft();
        }
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    /// <summary>Counts nothing any more.</summary>
    public void Dispose()
    {
        operations.ReleaseReceived(_held);
        _held = 0;
    }

    private ReadResult Count(in ReadResult result)
    {
        _buffer = result.Buffer;
        if (result.IsCanceled)
        {
            inner.AdvanceTo(_buffer.End);
            throw GrpcErrors.Convert(new InferenceException(
                InferenceErrorCode.DeadlineExceeded,
                $"The message did not arrive within {operations.Options.ReceiveTimeout.TotalSeconds:0.###} s ({InferenceHttpOptions.Section}:{nameof(InferenceHttpOptions.ReceiveTimeout)})."));
        }

        if (_buffer.Length > _held)
        {
            try
            {
                operations.HoldReceived(_buffer.Length - _held, _held);
            }
            catch (InferenceException exception)
            {
                inner.AdvanceTo(_buffer.End);
                throw GrpcErrors.Convert(exception);
            }

            _held = _buffer.Length;
        }

        return result;
    }
}
