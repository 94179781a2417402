// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Responses;

/// <summary>Writes the response object. All keys are there, nulls included: clients look for them.</summary>
internal static class ResponseWriter
{
    public static void Write(Utf8JsonWriter writer, ResponseDraft response)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, response.Id);
        writer.WriteString("object"u8, "response"u8);
        writer.WriteNumber("created_at"u8, response.Call.Created);
        WriteNumber(writer, "completed_at", response.CompletedAt);
        writer.WriteString("status"u8, response.Status);
        writer.WriteBoolean("background"u8, false);
        writer.WriteNull("error"u8);
        WriteIncomplete(writer, response.IncompleteReason);
        writer.WriteString("model"u8, response.Call.RequestedModel);
        writer.WriteStartArray("output"u8);
        foreach (var item in response.Items)
        {
            item.Write(writer);
        }

        writer.WriteEndArray();
        WriteRequest(writer, response.Call.Fields, response.Query.Chat);

        // Nothing is kept that a later request could go on from: clients that read false send the whole history.
        writer.WriteBoolean("store"u8, false);
        writer.WriteNull("previous_response_id"u8);
        WriteUsage(writer, response.Usage);
        writer.WriteEndObject();
    }

    /// <summary>What the request asked for, or what holds where it asked for nothing.</summary>
    private static void WriteRequest(Utf8JsonWriter writer, RequestFields fields, ChatRequest chat)
    {
        writer.WriteString("instructions"u8, fields.FindString("instructions"));
        WriteNumber(writer, "max_output_tokens", chat.MaxTokens);
        writer.WriteBoolean("parallel_tool_calls"u8, chat.ParallelToolCalls);
        writer.WriteStartObject("reasoning"u8);
        writer.WriteString("effort"u8, fields.FindObject("reasoning")?.FindString("effort"));
        writer.WriteNull("summary"u8);
        writer.WriteEndObject();
        writer.WriteNumber("temperature"u8, fields.FindNumber("temperature") ?? 1);
        writer.WriteNumber("top_p"u8, fields.FindNumber("top_p") ?? 1);
        writer.WriteNumber("top_logprobs"u8, chat.TopLogprobs ?? 0);
        writer.WriteStartObject("text"u8);
        writer.WritePropertyName("format"u8);
        if (fields.FindObject("text")?.FindObject("format") is { } format)
        {
            format.Element.WriteTo(writer);
        }
        else
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "text"u8);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WritePropertyName("tool_choice"u8);
        if (fields.Find("tool_choice") is { } choice)
        {
            choice.WriteTo(writer);
        }
        else
        {
            writer.WriteStringValue("auto"u8);
        }

        WriteTools(writer, chat.Tools);
        writer.WriteString("truncation"u8, chat.Truncation is null ? "disabled"u8 : "auto"u8);
        writer.WriteString("user"u8, fields.FindString("user"));
        writer.WritePropertyName("metadata"u8);
        if (fields.FindObject("metadata") is { } metadata)
        {
            metadata.Element.WriteTo(writer);
        }
        else
        {
            writer.WriteStartObject();
            writer.WriteEndObject();
        }
    }

    private static void WriteTools(Utf8JsonWriter writer, IReadOnlyList<ChatTool> tools)
    {
        writer.WriteStartArray("tools"u8);
        foreach (var tool in tools)
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "function"u8);
            writer.WriteString("name"u8, tool.Name);
            writer.WriteString("description"u8, tool.Description);
            writer.WritePropertyName("parameters"u8);
            if (tool.Parameters is { } parameters)
            {
                parameters.WriteTo(writer);
            }
            else
            {
                writer.WriteNullValue();
            }

            writer.WriteBoolean("strict"u8, tool.Strict ?? false);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteIncomplete(Utf8JsonWriter writer, string? reason)
    {
        if (reason is null)
        {
            writer.WriteNull("incomplete_details"u8);
            return;
        }

        writer.WriteStartObject("incomplete_details"u8);
        writer.WriteString("reason"u8, reason);
        writer.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter writer, TokenUsage? usage)
    {
        if (usage is null)
        {
            writer.WriteNull("usage"u8);
            return;
        }

        writer.WriteStartObject("usage"u8);
        writer.WriteNumber("input_tokens"u8, usage.PromptTokens);
        writer.WriteStartObject("input_tokens_details"u8);
        writer.WriteNumber("cached_tokens"u8, usage.CachedTokens);
        writer.WriteEndObject();
        writer.WriteNumber("output_tokens"u8, usage.CompletionTokens);
        writer.WriteStartObject("output_tokens_details"u8);
        writer.WriteNumber("reasoning_tokens"u8, usage.ReasoningTokens);
        writer.WriteEndObject();
        writer.WriteNumber("total_tokens"u8, usage.TotalTokens);
        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, long? number)
    {
        if (number is { } value)
        {
            writer.WriteNumber(name, value);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
