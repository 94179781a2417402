// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
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
    public static Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write) => SendAsync(context, buffer =>
    {
        using var writer = new Utf8JsonWriter(buffer, _writing);
        write(writer);
    });

    /// <inheritdoc cref="WriteAsync"/>
    public static async Task SendAsync(HttpContext context, Action<IBufferWriter<byte>> write)
    {
        using var buffer = new ChunkedBuffer();
        write(buffer);
        context.Response.ContentType = MediaTypes.Json;
        context.Response.ContentLength = buffer.Length;
        await buffer.SendAsync(context.Response.BodyWriter, context.RequestAborted);
    }

    /// <summary>Writes what stands before the items of a list, as vLLM's routes have it.</summary>
    public static void WriteListHead(Utf8JsonWriter writer, OpenAICall call, string idPrefix)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, OpenAIIds.Create(idPrefix));
        writer.WriteString("object"u8, "list"u8);
        writer.WriteNumber("created"u8, call.Created);
        writer.WriteString("model"u8, call.RequestedModel);
        writer.WriteStartArray("data"u8);
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
