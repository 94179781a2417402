// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Contracts;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.OpenAI;

/// <summary><c>GET /health</c> and <c>/ping</c>: whether all models that readiness waits for can serve.</summary>
internal sealed class HealthEndpoint(EndpointServices services)
{
    public Task GetAsync(HttpContext context)
    {
        if (Readiness.FindWaiting(services.Catalog.Models) is not [var first, ..])
        {
            return JsonBody.WriteAsync(context, new HealthBody("ok"), OpenAIJsonContext.Wire.HealthBody);
        }

        // Probes are anonymous: of a model with a policy they learn that it is not ready, not why.
        var reason = ModelAccess.NotReady(first, null);
        throw first.Policies.Count == 0
            ? reason
            : new InferenceException(InferenceErrorCode.NotReady, $"Model '{first.Name}' is not ready.") { RetryAfter = reason.RetryAfter };
    }
}
