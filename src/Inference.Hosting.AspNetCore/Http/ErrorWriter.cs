// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>Writes <c>{"error": text}</c>, the body of every failure over V2 and V1.</summary>
internal static class ErrorWriter
{
    /// <summary>Answers with the row of the error table.</summary>
    public static Task WriteAsync(HttpContext context, InferenceException exception)
    {
        if (ErrorTable.GetRetryAfterSeconds(exception) is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return WriteAsync(context, ErrorTable.Find(exception.Code).HttpStatus, exception.Message);
    }

    /// <summary>Answers with a status and a text of our own.</summary>
    public static Task WriteAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        return JsonBody.WriteAsync(context, new ErrorBody(text), HttpJsonContext.Wire.ErrorBody);
    }
}
