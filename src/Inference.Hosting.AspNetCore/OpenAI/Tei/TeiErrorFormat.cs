// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Contracts;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.OpenAI.Tei;

/// <summary>Failures as clients of Text Embeddings Inference read them: <c>{"error", "error_type"}</c>, with its statuses.</summary>
internal sealed class TeiErrorFormat : IErrorFormat
{
    private const string Backend = "Backend";
    private const string Overloaded = "Overloaded";
    private const string Unhealthy = "Unhealthy";
    private const string Validation = "Validation";

    /// <summary>The reason of a request without anything to do, which is a kind of failure of its own there.</summary>
    public const string Empty = "Empty";

    public static TeiErrorFormat Instance { get; } = new();

    public bool ThrowsWhenBegun => false;

    public Task WriteAsync(HttpContext context, InferenceException exception) => exception.Code switch
    {
        InferenceErrorCode.InvalidInput when exception.Reason == Empty => WriteAsync(context, StatusCodes.Status400BadRequest, exception.Message, Empty),
        InferenceErrorCode.InvalidInput or InferenceErrorCode.Unsupported
            => WriteAsync(context, StatusCodes.Status422UnprocessableEntity, exception.Message, Validation),
        InferenceErrorCode.EngineFailed => WriteAsync(context, StatusCodes.Status424FailedDependency, exception.Message, Backend),
        _ => WriteAsync(context, ErrorTable.Find(exception.Code).HttpStatus, exception.Message),
    };

    public Task WriteAsync(HttpContext context, int status, string text) => WriteAsync(context, status, text, status switch
    {
        StatusCodes.Status429TooManyRequests => Overloaded,
        StatusCodes.Status503ServiceUnavailable => Unhealthy,
        < 500 => Validation,
        _ => Backend,
    });

    private static Task WriteAsync(HttpContext context, int status, string text, string type)
    {
        OpenAIHeaders.EnsureId(context);
        context.Response.StatusCode = status;
        return JsonBody.WriteAsync(context, new TeiErrorBody(text, type), OpenAIJsonContext.Wire.TeiErrorBody);
    }
}
