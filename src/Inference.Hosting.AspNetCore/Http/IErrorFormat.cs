// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>How the routes of a protocol word a failure: metadata of their endpoints. Without it the body is <c>{"error": text}</c>.</summary>
internal interface IErrorFormat
{
    /// <summary>Whether an answer that has begun ends by an exception, which leaves the client what was sent, instead of an abort.</summary>
    bool ThrowsWhenBegun { get; }

    /// <summary>Answers with the row of the error table.</summary>
    Task WriteAsync(HttpContext context, InferenceException exception);

    /// <summary>Answers with a status and a text of our own.</summary>
    Task WriteAsync(HttpContext context, int status, string text);

    /// <summary>Tells when to try again in headers of the protocol's own, beside <c>Retry-After</c>.</summary>
    void SetRetryAfter(HttpContext context, TimeSpan wait)
    {
    }
}
