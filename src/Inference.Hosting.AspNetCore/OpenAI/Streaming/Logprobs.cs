// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Streaming;

/// <summary>Writes how probable tokens were, in the form of chats.</summary>
internal static class Logprobs
{
    private const float Floor = -9999f;

    /// <summary>What may stand in JSON: a finite number, at most 0.</summary>
    public static float Clamp(float logprob) => float.IsNaN(logprob) ? Floor : Math.Clamp(logprob, Floor, 0);

    /// <summary>Writes <c>{"content": […], "refusal": null}</c>.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<TokenLogprob> tokens)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("content"u8);
        WriteTokens(writer, tokens);
        writer.WriteNull("refusal"u8);
        writer.WriteEndObject();
    }

    /// <summary>Writes an array of tokens, each with its alternatives.</summary>
    public static void WriteTokens(Utf8JsonWriter writer, IReadOnlyList<TokenLogprob> tokens)
    {
        writer.WriteStartArray();
        foreach (var token in tokens)
        {
            WriteToken(writer, token.Token, token.Logprob ?? Floor, token.Bytes);
            writer.WriteStartArray("top_logprobs"u8);
            foreach (var alternative in token.Top)
            {
                WriteToken(writer, alternative.Token, alternative.Logprob, alternative.Bytes);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteToken(Utf8JsonWriter writer, string token, float logprob, ReadOnlyMemory<byte> bytes)
    {
        writer.WriteStartObject();
        writer.WriteString("token"u8, token);
        writer.WriteNumber("logprob"u8, Clamp(logprob));
        if (bytes.IsEmpty)
        {
            writer.WriteNull("bytes"u8);
            return;
        }

        writer.WriteStartArray("bytes"u8);
        foreach (var value in bytes.Span)
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
    }
}
