// SPDX-License-Identifier: Apache-2.0

using System.IO.Pipelines;

namespace Inference.Hosting.Capabilities;

/// <summary>The answer to a <see cref="PassThroughRequest"/>: its head now, its body as it comes. Used by one reader.</summary>
/// <remarks>Its version and its place at the server behind are held until it is disposed.</remarks>
public abstract class PassThroughResponse : IAsyncDisposable
{
    /// <summary>The HTTP status.</summary>
    public abstract int StatusCode { get; }

    /// <summary>The media type of the body, for example <c>text/event-stream; charset=utf-8</c>.</summary>
    public abstract string ContentType { get; }

    /// <summary>The model that answers, when it is another than was asked: a fallback. Null otherwise.</summary>
    public virtual string? Model => null;

    /// <summary>When to try again; null when the server behind does not say.</summary>
    public virtual TimeSpan? RetryAfter => null;

    /// <summary>Tokens that the call has cost, once the body was copied; null when unknown.</summary>
    public virtual TokenUsage? Usage => null;

    /// <summary>Copies the body, once; of a stream each event when it comes, flushed.</summary>
    /// <param name="output">Where to. A reader of it that is slow slows down only this call.</param>
    /// <param name="cancellationToken">The caller leaves, or its deadline has passed. Heed it: nobody can take the pipe back before the copy has ended.</param>
    /// <exception cref="InferenceException">EngineFailed: the server behind broke off. What was copied until then is valid up to its last event.</exception>
    public abstract ValueTask CopyToAsync(PipeWriter output, CancellationToken cancellationToken = default);

    /// <summary>Ends the call; if the body was not read to its end, the server behind is told that nobody wants it.</summary>
    public abstract ValueTask DisposeAsync();
}
