// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Streaming;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Completions;

/// <summary>Writes whole answers to prompts.</summary>
internal static class CompletionAnswerWriter
{
    public static void Write(Utf8JsonWriter writer, AnswerIdentity identity, TextResult result)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, identity.Id);
        writer.WriteString("object"u8, "text_completion"u8);
        writer.WriteNumber("created"u8, identity.Created);
        writer.WriteString("model"u8, identity.Model);
        writer.WriteStartArray("choices"u8);
        foreach (var choice in result.Choices)
        {
            WriteChoice(writer, choice);
        }

        writer.WriteEndArray();
        if (result.Usage is { } usage)
        {
            writer.WritePropertyName("usage"u8);
            UsageWriter.Write(writer, usage);
        }

        writer.WriteString("system_fingerprint"u8, identity.Fingerprint);
        writer.WriteEndObject();
    }

    private static void WriteChoice(Utf8JsonWriter writer, TextChoice choice)
    {
        writer.WriteStartObject();
        writer.WriteNumber("index"u8, choice.Index);
        writer.WriteString("text"u8, choice.Text);
        writer.WritePropertyName("logprobs"u8);
        if (choice.Logprobs is { } logprobs)
        {
            new CompletionLogprobs().Write(writer, logprobs);
        }
        else
        {
            writer.WriteNullValue();
        }

        writer.WriteString("finish_reason"u8, FinishReasons.Of(choice.FinishReason));
        StopReason.Write(writer, choice.StopMatch);
        writer.WriteEndObject();
    }
}
