// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>Reads <c>usage</c>, of chats and of responses.</summary>
internal static class UsageReader
{
    /// <summary>Reads the value that a reader stands on, to its end.</summary>
    /// <returns>Null when it is no object, or tells no tokens.</returns>
    public static TokenUsage? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        var (prompt, completion, cached, reasoning, audio) = ((int?)null, 0, 0, 0, 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("prompt_tokens"u8) || reader.ValueTextEquals("input_tokens"u8))
            {
                prompt = ReadNumber(ref reader);
            }
            else if (reader.ValueTextEquals("completion_tokens"u8) || reader.ValueTextEquals("output_tokens"u8))
            {
                completion = ReadNumber(ref reader) ?? 0;
            }
            else if (reader.ValueTextEquals("total_tokens"u8))
            {
                // Some servers of embeddings tell nothing else.
                var total = ReadNumber(ref reader);
                prompt ??= total;
            }
            else if (reader.ValueTextEquals("prompt_tokens_details"u8) || reader.ValueTextEquals("input_tokens_details"u8))
            {
                (cached, audio) = (ReadDetails(ref reader, "cached_tokens"u8, "audio_tokens"u8));
            }
            else if (reader.ValueTextEquals("completion_tokens_details"u8) || reader.ValueTextEquals("output_tokens_details"u8))
            {
                (reasoning, _) = (ReadDetails(ref reader, "reasoning_tokens"u8, default));
            }
            else
            {
                reader.Skip();
            }
        }

        return prompt is not { } known
            ? null
            : new TokenUsage
            {
                PromptTokens = known,
                CompletionTokens = completion,
                CachedTokens = cached,
                ReasoningTokens = reasoning,
                PromptAudioTokens = audio,
            };
    }

    private static (int First, int Second) ReadDetails(ref Utf8JsonReader reader, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var (one, two) = (0, 0);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return (0, 0);
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(first))
            {
                one = ReadNumber(ref reader) ?? 0;
            }
            else if (!second.IsEmpty && reader.ValueTextEquals(second))
            {
                two = ReadNumber(ref reader) ?? 0;
            }
            else
            {
                reader.Skip();
            }
        }

        return (one, two);
    }

    private static int? ReadNumber(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) && number >= 0)
        {
            return number;
        }

        reader.Skip();
        return null;
    }
}
