// SPDX-License-Identifier: Apache-2.0

using System.Net;

namespace Inference.Hosting.Remote.V2.Rpc;

/// <summary>Reads answers of one message into pooled memory of just that size: the frame tells it.</summary>
internal static class RpcReceiver
{
    /// <summary>Reads an answer to its end, and so also the trailers, which hold the status.</summary>
    /// <returns>A <see cref="V2Message"/> with the message; without a body when there is none.</returns>
    /// <exception cref="HttpRequestException">The connection broke.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="InferenceException">EngineFailed: it is not one message.</exception>
    public static async Task<IDisposable> ReceiveAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var message = new V2Message();
        try
        {
            if (response.StatusCode != HttpStatusCode.OK)
            {
                // Whatever stands between answers; its status is all that is of use.
                return message;
            }

            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            var frame = message.Rent(RpcFrame.Length);
            var length = await stream.ReadAtLeastAsync(frame, frame.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (length == 0)
            {
                return message;
            }

            if (length < frame.Length)
            {
                throw V2Faults.BadAnswer("it ends within a message");
            }

            var body = message.Rent(RpcFrame.Read(frame.Span));
            await stream.ReadExactlyAsync(body, cancellationToken).ConfigureAwait(false);

            // What is left is the end, which brings the trailers.
            if (await stream.ReadAsync(frame, cancellationToken).ConfigureAwait(false) != 0)
            {
                throw V2Faults.BadAnswer("it is more than one message");
            }

            message.Body = body;
            return message;
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }
}
