// SPDX-License-Identifier: Apache-2.0

using System.Text.Encodings.Web;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.Capabilities;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.OpenAI;

/// <summary>Writes whole answers, with a known length.</summary>
internal static class OpenAIBody
{
    private static readonly JsonWriterOptions _writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes a body and sends it. Nothing has been sent if the writing fails.</summary>
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        using var buffer = new ChunkedBuffer();
        await using (var writer = new Utf8JsonWriter(buffer, _writing))
        {
            write(writer);
        }

        context.Response.ContentType = MediaTypes.Json;
        context.Response.ContentLength = buffer.Length;
        await buffer.SendAsync(context.Response.BodyWriter, context.RequestAborted);
    }

    /// <summary>Writes <c>usage</c> of a request where nothing is generated; nothing when it is unknown.</summary>
    public static void WriteUsage(Utf8JsonWriter writer, TokenUsage? usage)
    {
        if (usage is not null)
        {
            writer.WriteStartObject("usage"u8);
            writer.WriteNumber("prompt_tokens"u8, usage.PromptTokens);
            writer.WriteNumber("total_tokens"u8, usage.TotalTokens);
            writer.WriteEndObject();
        }
    }
}
