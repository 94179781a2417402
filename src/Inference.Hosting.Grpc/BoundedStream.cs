// SPDX-License-Identifier: Apache-2.0

using System.IO.Compression;
using Grpc.Core;
using Inference.Hosting.AspNetCore;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.Grpc;

/// <summary>Reads an inflated message up to a limit, and fails beyond it with the status that answers the call.</summary>
internal sealed class BoundedStream(Stream inner, long limit) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int count;
        try
        {
            count = inner.Read(buffer);
        }
        catch (Exception exception) when (exception is InvalidDataException || exception.GetType().Assembly == typeof(ZLibStream).Assembly)
        {
            // A header that asks for a dictionary is an IOException of the inflater's own, of a type that it does not show.
            throw Fail(InferenceErrorCode.InvalidInput, "The compressed message is damaged: it cannot be inflated.", exception);
        }

        _read += count;
        return _read <= limit ? count : throw Fail(
            InferenceErrorCode.PayloadTooLarge,
            $"The inflated message is larger than {limit} bytes ({InferenceHttpOptions.Section}:{nameof(InferenceHttpOptions.MaxDecompressedBodySize)}).");
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private static RpcException Fail(InferenceErrorCode code, string text, Exception? cause = null)
        => new(new Status((StatusCode)ErrorTable.Find(code).GrpcStatus, text, cause));
}
