// SPDX-License-Identifier: Apache-2.0

using System.Buffers;

namespace Inference.Hosting.Remote.V2.Rest;

/// <summary>Reads whole answers into pooled memory.</summary>
internal static class RestReceiver
{
    private const int FirstLength = 16 << 10;

    /// <summary>Reads an answer to the end of its body.</summary>
    /// <returns>A <see cref="V2Message"/> with the body.</returns>
    /// <exception cref="HttpRequestException">The connection broke.</exception>
    /// <exception cref="InferenceException">EngineFailed: it cannot be held in memory.</exception>
    public static async Task<IDisposable> ReceiveAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var message = new V2Message();
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            message.Body = response.Content.Headers.ContentLength is >= 0 and < int.MaxValue and { } expected
                ? await ReadKnownAsync(message, stream, (int)expected, cancellationToken).ConfigureAwait(false)
                : await ReadUnknownAsync(message, stream, cancellationToken).ConfigureAwait(false);
            return message;
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    // A byte more than it says, so that its end is seen with it.
    private static async ValueTask<ReadOnlyMemory<byte>> ReadKnownAsync(
        V2Message message, Stream stream, int expected, CancellationToken cancellationToken)
    {
        var body = message.Rent(expected + 1);
        var length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return body[..length];
    }

    private static async ValueTask<ReadOnlyMemory<byte>> ReadUnknownAsync(V2Message message, Stream stream, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstLength);
        try
        {
            var length = 0;
            while (await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                length += count;
                if (length == buffer.Length)
                {
                    buffer = Grow(buffer);
                }
            }

            var body = message.Rent(length);
            buffer.AsSpan(0, length).CopyTo(body.Span);
            return body;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] buffer)
    {
        if (buffer.Length > Array.MaxLength / 2)
        {
            throw V2Faults.BadAnswer("it is larger than 1 GiB");
        }

        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
