// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text;
using System.Text.Json;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>What a server says is wrong.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Message">Never empty.</param>
internal sealed record UpstreamError(HttpStatusCode Status, string Message)
{
    public string? Type { get; init; }

    public string? Parameter { get; init; }

    public string? Code { get; init; }

    /// <summary>Reads a body in whichever of the usual shapes.</summary>
    public static UpstreamError Read(HttpStatusCode status, ReadOnlyMemory<byte> body, string? mediaType)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(status, document.RootElement);
        }
        catch (JsonException)
        {
            var text = mediaType == "text/plain" ? UpstreamErrors.Plain(Encoding.UTF8.GetString(body.Span)) : null;
            return new UpstreamError(status, text ?? UpstreamErrors.Silent(status));
        }
    }

    /// <summary>Reads an object: OpenAI's, older vLLM's (the same without <c>error</c> around it), FastAPI's <c>detail</c>, or an <c>error</c> text.</summary>
    public static UpstreamError Read(HttpStatusCode status, JsonElement root)
    {
        var error = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error"u8, out var inner) ? inner : root;
        if (error.ValueKind != JsonValueKind.Object)
        {
            return new UpstreamError(status, UpstreamErrors.Plain(Text(error)) ?? UpstreamErrors.Silent(status));
        }

        return new UpstreamError(
            status, UpstreamErrors.Plain(Text(error, "message")) ?? UpstreamErrors.Plain(Text(error, "detail")) ?? UpstreamErrors.Silent(status))
        {
            Type = Text(error, "type"),
            Parameter = Text(error, "param"),
            Code = Text(error, "code"),
        };
    }

    /// <summary>The same as a failure in process.</summary>
    public InferenceException ToException(TimeSpan? retryAfter)
    {
        // What is at fault about the model's name is ours: nobody else has chosen it.
        var code = Status switch
        {
            HttpStatusCode.RequestEntityTooLarge => InferenceErrorCode.PayloadTooLarge,
            HttpStatusCode.TooManyRequests => InferenceErrorCode.QueueFull,
            HttpStatusCode.ServiceUnavailable => InferenceErrorCode.NotReady,
            HttpStatusCode.RequestTimeout or HttpStatusCode.GatewayTimeout => InferenceErrorCode.DeadlineExceeded,
            HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotFound => InferenceErrorCode.Unsupported,
            >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError =>
                Code == "unsupported_parameter" ? InferenceErrorCode.Unsupported : InferenceErrorCode.InvalidInput,
            _ => InferenceErrorCode.EngineFailed,
        };
        return new InferenceException(code, Message)
        {
            Parameter = Parameter,
            Reason = Code is { Length: > 0 } reason && !char.IsAsciiDigit(reason[0]) ? reason : null,
            RetryAfter = code is InferenceErrorCode.QueueFull or InferenceErrorCode.NotReady ? retryAfter ?? TimeSpan.FromSeconds(1) : null,
        };
    }

    private static string? Text(JsonElement element, string name)
        => element.TryGetProperty(name, out var value) ? Text(value) : null;

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };
}
