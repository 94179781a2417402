// SPDX-License-Identifier: Apache-2.0

using System.Net;

namespace Inference.Hosting.Remote.Servers;

/// <summary>One call as HTTP. It may be sent several times, so its body is memory.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">Below the address, without a slash at its start.</param>
internal sealed record RemoteRequest(HttpMethod Method, string Path)
{
    /// <summary>The body; the caller's memory, unchanged until the answer is disposed.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Its media type.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>Further headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Whether it may happen twice: then it is also tried again after its head was sent, and hedged.</summary>
    public bool IsIdempotent { get; init; }

    /// <summary>What the caller says of the call, where it is a call with tensors; null takes the ambient context.</summary>
    public InferenceRequest? Terms { get; init; }

    /// <summary>The version of HTTP that it needs; null for the one that comes about.</summary>
    public Version? HttpVersion { get; init; }

    /// <summary>
    /// Reads the answer to its end within the attempt, so that a connection that breaks and a status behind the body are of the attempt
    /// too; null where answers are read as they come. What it gives is disposed with the answer, unless that gives it away.
    /// </summary>
    public Func<HttpResponseMessage, CancellationToken, Task<IDisposable>>? ReceiveAsync { get; init; }

    /// <summary>What an answer means as a status of HTTP, for protocols that have statuses of their own.</summary>
    public Func<HttpResponseMessage, HttpStatusCode> StatusOf { get; init; } = static response => response.StatusCode;

    /// <summary>Path and length, never content: safe to log.</summary>
    public override string ToString() => $"{Path}, {Body.Length} bytes";
}
