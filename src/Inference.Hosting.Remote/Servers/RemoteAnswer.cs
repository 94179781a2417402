// SPDX-License-Identifier: Apache-2.0

using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Inference.Hosting.Queueing;

namespace Inference.Hosting.Remote.Servers;

/// <summary>The answer of a server: its head now, its body as it comes. Used by one reader, who disposes it: what was not read then is cancelled.</summary>
internal sealed class RemoteAnswer(
    HttpResponseMessage response, ServerCall visit, CallTerms terms, AdmissionLease lease, RemoteOptions options, TimeProvider time) : IAsyncDisposable
{
    private Stream? _body;

    public HttpStatusCode StatusCode => response.StatusCode;

    public bool IsSuccess => response.IsSuccessStatusCode;

    public HttpResponseHeaders Headers => response.Headers;

    public HttpContentHeaders ContentHeaders => response.Content.Headers;

    /// <summary>What comes behind the body; there once it has ended.</summary>
    public HttpResponseHeaders TrailingHeaders => response.TrailingHeaders;

    /// <summary>How long the call waited for its turn.</summary>
    public TimeSpan QueueTime => lease.QueueTime;

    /// <summary>The length of the body as it comes over the wire, when the server tells it and nothing is compressed.</summary>
    public long? Length => ContentHeaders.ContentEncoding.Count == 0 ? ContentHeaders.ContentLength : null;

    /// <summary>When to try again, as the server says.</summary>
    public TimeSpan? RetryAfter => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow() is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero,
        _ => null,
    };

    /// <summary>Gives away what was read of the answer as a whole.</summary>
    public IDisposable? Take() => ((VisitContent)response.Content).Take();

    /// <summary>Reads what there is, as it comes.</summary>
    /// <returns>0 at the end of the body.</returns>
    /// <exception cref="InferenceException">EngineFailed, DeadlineExceeded, NotReady.</exception>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        try
        {
            _body ??= Decode(await response.Content.ReadAsStreamAsync(terms.Token).ConfigureAwait(false));
            var pending = _body.ReadAsync(buffer, terms.Token);
            int count;
            if (pending.IsCompleted)
            {
                count = await pending.ConfigureAwait(false);
            }
            else
            {
                terms.Within(options.IdleTimeout);
                count = await pending.ConfigureAwait(false);
                terms.Rest();
            }

            return count;
        }
        catch (Exception exception)
        {
            throw Fail(terms.Explain(exception));
        }
    }

    /// <summary>Ends the call when a second token is cancelled, too.</summary>
    public CancellationTokenRegistration EndWith(CancellationToken cancellationToken) => terms.EndWith(cancellationToken);

    /// <summary>The answer is what it should be: it counts as one, and its time is learned.</summary>
    public void Succeed()
    {
        lease.Succeed();
        if (visit.Fault == ServerFault.None)
        {
            visit.Succeed();
        }
    }

    /// <summary>The answer is of no use.</summary>
    public Exception Fail(Exception exception)
    {
        if (exception is not OperationCanceledException)
        {
            lease.Fail();
            if (exception is InferenceException { Code: InferenceErrorCode.EngineFailed })
            {
                visit.Fail(ServerFault.Unreachable);
            }
        }

        return exception;
    }

    /// <summary>The server answered that it cannot; which says of its address only that it is well.</summary>
    public InferenceException Refuse(InferenceException exception)
    {
        Refuse();
        return exception;
    }

    /// <inheritdoc cref="Refuse(InferenceException)"/>
    public void Refuse()
    {
        lease.Fail();
        visit.Answer();
    }

    public ValueTask DisposeAsync()
    {
        // What is left of the body is not waited for: the connection is closed, by which the server knows that nobody wants it.
        _body?.Dispose();
        response.Dispose();
        visit.Dispose();
        terms.Dispose();
        lease.Dispose();
        return ValueTask.CompletedTask;
    }

    // We ask for no compression; some proxies compress all the same.
    private Stream Decode(Stream body)
    {
        foreach (var encoding in ContentHeaders.ContentEncoding.Reverse())
        {
            body = encoding.ToUpperInvariant() switch
            {
                "GZIP" or "X-GZIP" => new GZipStream(body, CompressionMode.Decompress),
                "BR" => new BrotliStream(body, CompressionMode.Decompress),
                "DEFLATE" => new ZLibStream(body, CompressionMode.Decompress),
                "IDENTITY" => body,
                _ => throw new InferenceException(
                    InferenceErrorCode.EngineFailed, "The server behind the model compresses its answer in a way that it was not asked for."),
            };
        }

        return body;
    }
}
