// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>Writes the body of every failure: in the format of the endpoint, else <c>{"error": text}</c>, as V2 and V1 have it.</summary>
internal static class ErrorWriter
{
    /// <summary>The format of the endpoint that was found for a request, or that its handler has set as a feature; null for that of V2 and V1.</summary>
    public static IErrorFormat? FindFormat(HttpContext context)
        => context.Features.Get<IErrorFormat>() ?? context.GetEndpoint()?.Metadata.GetMetadata<IErrorFormat>();

    /// <summary>Answers with the row of the error table.</summary>
    public static Task WriteAsync(HttpContext context, InferenceException exception)
    {
        if (ErrorTable.GetRetryAfterSeconds(exception) is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return FindFormat(context)?.WriteAsync(context, exception)
            ?? WritePlainAsync(context, ErrorTable.Find(exception.Code).HttpStatus, exception.Message);
    }

    /// <summary>Answers with a status and a text of our own.</summary>
    public static Task WriteAsync(HttpContext context, int status, string text)
        => FindFormat(context)?.WriteAsync(context, status, text) ?? WritePlainAsync(context, status, text);

    private static Task WritePlainAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        return JsonBody.WriteAsync(context, new ErrorBody(text), HttpJsonContext.Wire.ErrorBody);
    }
}
