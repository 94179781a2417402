// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Remote.OpenAI.Writing;

/// <summary>Writes messages with their parts and tool calls.</summary>
internal static class MessageWriter
{
    public static void Write(Utf8JsonWriter json, ChatMessage message)
    {
        json.WriteStartObject();
        json.WriteString("role", RoleOf(message.Role));
        WriteContent(json, message);
        WriteText(json, "name", message.Name);
        WriteText(json, "refusal", message.Role == ChatRole.Assistant ? message.Refusal : null);
        WriteText(json, "reasoning_content", message.Reasoning);
        WriteText(json, "tool_call_id", message.ToolCallId);
        if (message.ToolCalls.Count > 0)
        {
            json.WriteStartArray("tool_calls");
            foreach (var call in message.ToolCalls)
            {
                json.WriteStartObject();
                json.WriteString("id", call.Id);
                json.WriteString("type", "function");
                json.WriteStartObject("function");
                json.WriteString("name", call.Name);
                json.WriteString("arguments", call.Arguments);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        foreach (var (name, value) in message.AdditionalProperties ?? new Dictionary<string, JsonElement>())
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static string RoleOf(ChatRole role) => role switch
    {
        ChatRole.Assistant => "assistant",
        ChatRole.System => "system",
        ChatRole.Developer => "developer",
        ChatRole.Tool => "tool",
        _ => "user",
    };

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    // Plain texts are written as such, since not every server takes parts everywhere.
    private static void WriteContent(Utf8JsonWriter json, ChatMessage message)
    {
        if (message.Content.All(part => part is RefusalPart))
        {
            if (message.Role == ChatRole.Assistant)
            {
                json.WriteNull("content");
            }
            else
            {
                json.WriteString("content", "");
            }

            return;
        }

        if (message.Content is [TextPart only])
        {
            json.WriteString("content", only.Text);
            return;
        }

        json.WriteStartArray("content");
        foreach (var part in message.Content)
        {
            WritePart(json, part);
        }

        json.WriteEndArray();
    }

    private static void WritePart(Utf8JsonWriter json, ContentPart part)
    {
        switch (part)
        {
            case TextPart text:
                json.WriteStartObject();
                json.WriteString("type", "text");
                json.WriteString("text", text.Text);
                json.WriteEndObject();
                break;
            case ImagePart image:
                json.WriteStartObject();
                json.WriteString("type", "image_url");
                json.WriteStartObject("image_url");
                WriteData(json, "url", image.Uri, image.MediaType ?? "image/png", image.Data);
                WriteText(json, "detail", image.Detail);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case AudioPart { Uri: { } uri }:
                json.WriteStartObject();
                json.WriteString("type", "audio_url");
                json.WriteStartObject("audio_url");
                json.WriteString("url", uri.OriginalString);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case AudioPart audio:
                json.WriteStartObject();
                json.WriteString("type", "input_audio");
                json.WriteStartObject("input_audio");
                json.WriteBase64String("data", audio.Data.Span);
                json.WriteString("format", audio.Format ?? "wav");
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case FilePart file:
                WriteFile(json, file);
                break;
        }
    }

    private static void WriteFile(Utf8JsonWriter json, FilePart file)
    {
        json.WriteStartObject();
        json.WriteString("type", "file");
        json.WriteStartObject("file");
        WriteText(json, "file_id", file.FileId);
        WriteText(json, "filename", file.FileName);
        if (file.FileId is null)
        {
            WriteData(json, "file_data", file.Uri, file.MediaType ?? "application/octet-stream", file.Data);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteData(Utf8JsonWriter json, string name, Uri? uri, string mediaType, ReadOnlyMemory<byte> data)
        => json.WriteString(name, uri?.OriginalString ?? $"data:{mediaType};base64,{Convert.ToBase64String(data.Span)}");
}
