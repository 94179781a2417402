// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Contracts;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.OpenAI;

/// <summary>Failures as OpenAI's clients read them: <c>{"error": {"message", "type", "param", "code"}}</c>.</summary>
internal sealed class OpenAIErrorFormat : IErrorFormat
{
    private const string InvalidRequest = "invalid_request_error";

    public static OpenAIErrorFormat Instance { get; } = new();

    /// <inheritdoc/>
    /// <remarks>An abort may take with it what was flushed just before, the error event included.</remarks>
    public bool ThrowsWhenBegun => true;

    /// <summary>What a failure is over these routes.</summary>
    public static (int Status, OpenAIErrorBody Body) Describe(InferenceException exception)
    {
        var row = ErrorTable.Find(exception.Code);
        var status = exception.Reason == InferenceErrorReasons.UpstreamAuth ? StatusCodes.Status502BadGateway : row.OpenAIStatus;
        return (status, Body(exception.Message, row.OpenAIType, exception.Parameter, exception.Reason ?? row.OpenAICode));
    }

    public Task WriteAsync(HttpContext context, InferenceException exception)
    {
        if (ErrorTable.Find(exception.Code).CanRetry && exception.RetryAfter is { } wait)
        {
            SetRetryAfter(context, wait);
        }

        var (status, body) = Describe(exception);
        return WriteAsync(context, status, body);
    }

    public Task WriteAsync(HttpContext context, int status, string text)
    {
        var (type, code) = status switch
        {
            StatusCodes.Status401Unauthorized => (InvalidRequest, "invalid_api_key"),
            StatusCodes.Status403Forbidden => ("permission_error", null),
            StatusCodes.Status404NotFound => (InvalidRequest, "unknown_url"),
            StatusCodes.Status405MethodNotAllowed => (InvalidRequest, "method_not_allowed"),
            StatusCodes.Status408RequestTimeout => ("timeout_error", "request_timeout"),
            StatusCodes.Status413PayloadTooLarge => (InvalidRequest, "request_too_large"),
            StatusCodes.Status429TooManyRequests => ("rate_limit_error", "rate_limit_exceeded"),
            < 500 => (InvalidRequest, null),
            _ => ("server_error", "internal_error"),
        };
        return WriteAsync(context, status, Body(text, type, null, code));
    }

    // Clients of OpenAI's prefer it to Retry-After, which can only tell whole seconds.
    public void SetRetryAfter(HttpContext context, TimeSpan wait)
        => context.Response.Headers["retry-after-ms"] = Math.Max(1, Math.Ceiling(wait.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture);

    private static Task WriteAsync(HttpContext context, int status, OpenAIErrorBody body)
    {
        OpenAIHeaders.EnsureId(context);
        if (status == StatusCodes.Status401Unauthorized && context.Response.Headers.WWWAuthenticate.Count == 0)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        context.Response.StatusCode = status;
        return JsonBody.WriteAsync(context, body, OpenAIJsonContext.Wire.OpenAIErrorBody);
    }

    private static OpenAIErrorBody Body(string message, string type, string? parameter, string? code)
        => new(new OpenAIErrorDetails(message, type, parameter, code is { Length: > 0 } ? code : null));
}
