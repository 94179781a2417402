// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.Capabilities;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Inference.Hosting.AspNetCore.OpenAI;

/// <summary>Hands a request on as it came, and its answer back as it comes.</summary>
internal static class PassThrough
{
    public static async Task CopyAsync(HttpContext context, IOpenAIPassThrough model, PassThroughRequest request)
    {
        await using var answer = await model.SendAsync(request, context.RequestAborted);
        var response = context.Response;
        response.StatusCode = answer.StatusCode;
        response.ContentType = answer.ContentType;
        FallbackHeader.Write(response, answer.Model);
        if (answer.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (answer.ContentType.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            PrepareStream(context);
        }

        await answer.CopyToAsync(response.BodyWriter, context.RequestAborted);
    }

    /// <summary>Sees to it that nobody between us and the client gathers events.</summary>
    public static void PrepareStream(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-cache";
        headers["X-Accel-Buffering"] = "no";
        headers.ContentEncoding = "identity";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }
}
