// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Streaming;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Completions;

/// <summary>Writes how probable the tokens of one choice were, in the form of completions: lists side by side.</summary>
internal sealed class CompletionLogprobs
{
    private int _offset;

    /// <summary>Writes the next tokens of the choice. Offsets go on from those before, in characters as Unicode counts them.</summary>
    public void Write(Utf8JsonWriter writer, IReadOnlyList<TokenLogprob> tokens)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("text_offset"u8);
        foreach (var token in tokens)
        {
            writer.WriteNumberValue(_offset);
            foreach (var _ in token.Token.EnumerateRunes())
            {
                _offset++;
            }
        }

        writer.WriteEndArray();
        writer.WriteStartArray("token_logprobs"u8);
        foreach (var token in tokens)
        {
            if (token.Logprob is { } logprob)
            {
                writer.WriteNumberValue(Logprobs.Clamp(logprob));
            }
            else
            {
                writer.WriteNullValue();
            }
        }

        writer.WriteEndArray();
        writer.WriteStartArray("tokens"u8);
        foreach (var token in tokens)
        {
            writer.WriteStringValue(token.Token);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("top_logprobs"u8);
        foreach (var token in tokens)
        {
            WriteAlternatives(writer, token);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // A token is named by its text: of two with the same text the more probable one stays. The chosen one is always there.
    private static void WriteAlternatives(Utf8JsonWriter writer, TokenLogprob token)
    {
        if (token.Logprob is not { } logprob)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        for (var i = 0; i < token.Top.Count; i++)
        {
            if (!HasBefore(token.Top, i, token.Top[i].Token))
            {
                writer.WriteNumber(token.Top[i].Token, Logprobs.Clamp(token.Top[i].Logprob));
            }
        }

        if (!HasBefore(token.Top, token.Top.Count, token.Token))
        {
            writer.WriteNumber(token.Token, Logprobs.Clamp(logprob));
        }

        writer.WriteEndObject();
    }

    private static bool HasBefore(IReadOnlyList<TokenAlternative> tokens, int end, string text)
    {
        for (var i = 0; i < end; i++)
        {
            if (tokens[i].Token == text)
            {
                return true;
            }
        }

        return false;
    }
}
