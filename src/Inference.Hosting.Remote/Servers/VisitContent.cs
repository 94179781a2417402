// SPDX-License-Identifier: Apache-2.0

using System.Net;

namespace Inference.Hosting.Remote.Servers;

/// <summary>The body of an answer, whose disposal ends the call's stay at its server.</summary>
internal sealed class VisitContent : HttpContent
{
    private readonly HttpContent _inner;
    private IDisposable? _received;

    public VisitContent(HttpContent inner, ServerCall visit, IDisposable? received)
    {
        (_inner, Visit, _received) = (inner, visit, received);
        foreach (var (name, values) in inner.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(name, values);
        }
    }

    public ServerCall Visit { get; }

    /// <summary>Gives away what was read of the answer as a whole.</summary>
    public IDisposable? Take() => Interlocked.Exchange(ref _received, null);

    protected override Task<Stream> CreateContentReadStreamAsync() => _inner.ReadAsStreamAsync();

    protected override Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) => _inner.ReadAsStreamAsync(cancellationToken);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _inner.CopyToAsync(stream, context);

    protected override bool TryComputeLength(out long length)
    {
        length = _inner.Headers.ContentLength ?? 0;
        return _inner.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            Take()?.Dispose();
            Visit.Dispose();
        }

        base.Dispose(disposing);
    }
}
