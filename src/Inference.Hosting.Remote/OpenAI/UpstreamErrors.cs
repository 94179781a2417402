// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Inference.Hosting.Remote.Servers;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>What servers say when they refuse.</summary>
internal static class UpstreamErrors
{
    /// <summary>Longer bodies are no errors that anybody reads.</summary>
    private const int MaxLength = 256 << 10;

    private const int MaxText = 1024;

    /// <summary>The body of an error; cut when it is too long.</summary>
    public static async ValueTask<byte[]> ReadAsync(RemoteAnswer answer)
    {
        using var buffer = new ReadBuffer(4096);
        while (buffer.Length < MaxLength && await buffer.FillAsync(answer).ConfigureAwait(false))
        {
        }

        return buffer.Span.ToArray();
    }

    /// <summary>Whether a body is OpenAI's error object, as it should be.</summary>
    public static bool IsErrorObject(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("error"u8, out var error)
                && error.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>A body of ours around what the server said.</summary>
    public static byte[] Wrap(HttpStatusCode status, ReadOnlyMemory<byte> body, string? mediaType)
    {
        var facts = UpstreamError.Read(status, body, mediaType);
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("error"u8);
            writer.WriteString("message"u8, facts.Message);
            writer.WriteString("type"u8, facts.Type ?? TypeOf(status));
            writer.WriteString("param"u8, facts.Parameter);
            writer.WriteString("code"u8, facts.Code);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>The failure of a call whose key the server does not take.</summary>
    public static InferenceException KeyRefused(string model) => new(
        InferenceErrorCode.EngineFailed,
        $"The server behind the model refuses the key that this app sends: its operator must set Inference:Models:{model}:Remote:Key.")
    {
        Reason = InferenceErrorReasons.UpstreamAuth,
    };

    /// <summary>The failure that an answer stands for, in process.</summary>
    public static async ValueTask<InferenceException> ToExceptionAsync(RemoteAnswer answer, string model)
    {
        if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            return KeyRefused(model);
        }

        var body = await ReadAsync(answer).ConfigureAwait(false);
        var facts = UpstreamError.Read(answer.StatusCode, body, answer.ContentHeaders.ContentType?.MediaType);
        return facts.ToException(answer.RetryAfter);
    }

    /// <summary>A text of a server that may be shown: short and plain.</summary>
    public static string? Plain(string? text)
        => string.IsNullOrWhiteSpace(text) || text.Contains('<', StringComparison.Ordinal) ? null
            : text.Length > MaxText ? string.Concat(text.AsSpan(0, MaxText), "…")
            : text.Trim();

    /// <summary>What is said of a server that says nothing.</summary>
    public static string Silent(HttpStatusCode status) => string.Create(
        CultureInfo.InvariantCulture, $"The server behind the model answered {(int)status} and did not say why.");

    private static string TypeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.TooManyRequests => "rate_limit_error",
        < HttpStatusCode.InternalServerError => "invalid_request_error",
        _ => "server_error",
    };
}
