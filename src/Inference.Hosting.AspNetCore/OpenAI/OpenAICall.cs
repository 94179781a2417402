// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.OpenAI;

/// <summary>One request whose model is known and may be used: what a route needs to answer it.</summary>
/// <param name="Context">Of the request; <see cref="HttpContext.RequestAborted"/> is its cancellation.</param>
/// <param name="Fields">The body. It lives until the route has answered.</param>
/// <param name="Model">Its model.</param>
/// <param name="RequestedModel">What the client calls the model: answers call it the same.</param>
/// <param name="Services">Shared by all routes.</param>
internal sealed record OpenAICall(HttpContext Context, RequestFields Fields, ModelInfo Model, string RequestedModel, EndpointServices Services)
{
    public CancellationToken CancellationToken => Context.RequestAborted;

    /// <summary>The time for <c>created</c>, in seconds.</summary>
    public long Created { get; } = Services.Time.GetUtcNow().ToUnixTimeSeconds();
}
