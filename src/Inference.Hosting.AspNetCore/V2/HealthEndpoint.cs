// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.V2.Contracts;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>Liveness and readiness of the server and of models.</summary>
internal sealed class HealthEndpoint(EndpointServices services)
{
    public static Task LiveAsync(HttpContext context)
        => JsonBody.WriteAsync(context, new ServerLiveBody(true), V2JsonContext.Wire.ServerLiveBody);

    public Task ReadyAsync(HttpContext context)
    {
        var waiting = Readiness.FindWaiting(services.Catalog.Models);
        if (waiting.Count == 0)
        {
            return JsonBody.WriteAsync(context, new ServerReadyBody(true), V2JsonContext.Wire.ServerReadyBody);
        }

        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        SetRetryAfter(context, ModelAccess.NotReady(waiting[0], null));
        return JsonBody.WriteAsync(
            context,
            new ServerReadyBody(false, string.Join(" ", waiting.Select(model => Describe(model, null)))),
            V2JsonContext.Wire.ServerReadyBody);
    }

    public Task ModelReadyAsync(HttpContext context)
    {
        var model = services.Models.Find(RouteNames.Get(context, RouteNames.Model));
        var version = RouteNames.Get(context, RouteNames.Version);
        if (ModelAccess.FindVersion(model, version) is { State: ModelState.Ready })
        {
            return JsonBody.WriteAsync(context, new ModelReadyBody(model.Name, true), V2JsonContext.Wire.ModelReadyBody);
        }

        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        SetRetryAfter(context, ModelAccess.NotReady(model, version));
        return JsonBody.WriteAsync(
            context, new ModelReadyBody(model.Name, false, Describe(model, version)), V2JsonContext.Wire.ModelReadyBody);
    }

    private static void SetRetryAfter(HttpContext context, InferenceException notReady)
        => context.Response.Headers.RetryAfter =
            ErrorTable.GetRetryAfterSeconds(notReady)?.ToString(CultureInfo.InvariantCulture);

    // Probes are anonymous: of a model with a policy they learn that it is not ready, not why.
    private static string Describe(ModelInfo model, string? version)
        => model.Policies.Count == 0 ? ModelAccess.NotReady(model, version).Message : $"Model '{model.Name}' is not ready.";
}
