// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using Inference.Hosting.AspNetCore.Http;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore;

/// <summary>Answers for the app's own middleware, in the protocol that the caller speaks: what a rate limiter or an access check refuses should look like our refusals.</summary>
public static class InferenceErrorResponse
{
    private const string Unreserved = " !\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~";

    /// <summary>Writes <c>{"error": text}</c> over REST, on the OpenAI routes their error object, with what belongs to the status; over gRPC the status that stands for <paramref name="status"/>, without a body.</summary>
    /// <param name="context">Of a request whose answer has not begun.</param>
    /// <param name="status">The HTTP status, 400 to 599.</param>
    /// <param name="message">What is wrong and what to do; goes to the caller as it is.</param>
    /// <param name="retryAfter">When to try again; <c>Retry-After</c> in whole seconds, rounded up, and on the OpenAI routes <c>retry-after-ms</c>. Null for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not the status of an error.</exception>
    public static Task WriteAsync(HttpContext context, int status, string message, TimeSpan? retryAfter = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(message);
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 400);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 599);
        if (retryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter =
                Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            ErrorWriter.FindFormat(context)?.SetRetryAfter(context, wait);
        }

        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) != true)
        {
            return ErrorWriter.WriteAsync(context, status, message);
        }

        // Trailers alone: a call that never began (gRPC over HTTP/2, "Responses").
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = GrpcStatus(status).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = Encode(message);
        return context.Response.CompleteAsync();
    }

    private static int GrpcStatus(int status) => status switch
    {
        StatusCodes.Status400BadRequest => 3,
        StatusCodes.Status401Unauthorized => 16,
        StatusCodes.Status403Forbidden => 7,
        StatusCodes.Status404NotFound => 5,
        StatusCodes.Status408RequestTimeout or StatusCodes.Status504GatewayTimeout => 4,
        StatusCodes.Status413PayloadTooLarge or StatusCodes.Status429TooManyRequests => 8,
        StatusCodes.Status503ServiceUnavailable => 14,
        _ => 13,
    };

    // Percent-encoded UTF-8, as gRPC asks for.
    private static string Encode(string message)
    {
        var text = new StringBuilder(message.Length);
        foreach (var value in Encoding.UTF8.GetBytes(message))
        {
            var character = (char)value;
            if (char.IsAsciiLetterOrDigit(character) || Unreserved.Contains(character, StringComparison.Ordinal))
            {
                text.Append(character);
            }
            else
            {
                text.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }
}
