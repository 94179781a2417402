// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Chat.Reading;
using Inference.Hosting.AspNetCore.OpenAI.Streaming;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Chat;

/// <summary>Writes whole answers to chats.</summary>
internal static class ChatAnswerWriter
{
    public static void Write(Utf8JsonWriter writer, AnswerIdentity identity, ChatQuery query, ChatResult result)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, identity.Id);
        writer.WriteString("object"u8, "chat.completion"u8);
        writer.WriteNumber("created"u8, identity.Created);
        writer.WriteString("model"u8, identity.Model);
        writer.WriteStartArray("choices"u8);
        foreach (var choice in result.Choices)
        {
            WriteChoice(writer, query, choice);
        }

        writer.WriteEndArray();
        if (result.Usage is { } usage)
        {
            writer.WritePropertyName("usage"u8);
            UsageWriter.Write(writer, usage);
        }

        writer.WriteString("service_tier"u8, "default"u8);
        writer.WriteString("system_fingerprint"u8, identity.Fingerprint);
        writer.WriteEndObject();
    }

    private static void WriteChoice(Utf8JsonWriter writer, ChatQuery query, ChatChoice choice)
    {
        writer.WriteStartObject();
        writer.WriteNumber("index"u8, choice.Index);
        writer.WriteStartObject("message"u8);
        WriteMessage(writer, query, choice.Message);
        writer.WriteEndObject();
        writer.WritePropertyName("logprobs"u8);
        if (choice.Logprobs is { } logprobs)
        {
            Logprobs.Write(writer, logprobs);
        }
        else
        {
            writer.WriteNullValue();
        }

        writer.WriteString(
            "finish_reason"u8,
            FinishReasons.Of(choice.FinishReason, choice.Message.ToolCalls.Count > 0, query.Request.ToolChoice, query.UsesFunctions));
        StopReason.Write(writer, choice.StopMatch);
        writer.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter writer, ChatQuery query, ChatMessage message)
    {
        var (text, refusal) = (message.Text, message.Refusal);
        writer.WriteString("role"u8, "assistant"u8);
        writer.WriteString("content"u8, text.Length == 0 && (message.ToolCalls.Count > 0 || refusal is not null) ? null : text);
        writer.WriteString("refusal"u8, refusal);
        if (message.Reasoning is { } reasoning)
        {
            // Clients read the one or the other.
            writer.WriteString("reasoning_content"u8, reasoning);
            writer.WriteString("reasoning"u8, reasoning);
        }

        if (message.ToolCalls.Count > 0)
        {
            WriteCalls(writer, query, message.ToolCalls);
        }

        writer.WriteStartArray("annotations"u8);
        writer.WriteEndArray();
    }

    private static void WriteCalls(Utf8JsonWriter writer, ChatQuery query, IReadOnlyList<ChatToolCall> calls)
    {
        if (query.UsesFunctions)
        {
            WriteFunction(writer, "function_call"u8, calls[0]);
            return;
        }

        writer.WriteStartArray("tool_calls"u8);
        foreach (var call in calls)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, call.Id.Length > 0 ? call.Id : OpenAIIds.Create("call_", OpenAIIds.CallLength));
            writer.WriteString("type"u8, "function"u8);
            WriteFunction(writer, "function"u8, call);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteFunction(Utf8JsonWriter writer, ReadOnlySpan<byte> property, ChatToolCall call)
    {
        writer.WriteStartObject(property);
        writer.WriteString("name"u8, call.Name);
        writer.WriteString("arguments"u8, call.Arguments.Length > 0 ? call.Arguments : "{}");
        writer.WriteEndObject();
    }
}
