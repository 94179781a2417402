// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Responses.Items;

/// <summary>A part of an item's content. It grows until its item is done.</summary>
internal sealed class OutputPart(PartKind kind)
{
    private readonly StringBuilder _text = new();

    public PartKind Kind { get; } = kind;

    public string Text => _text.ToString();

    /// <summary>The tokens of the text; none unless they were asked for.</summary>
    public List<TokenLogprob> Logprobs { get; } = [];

    public void Append(string text, IReadOnlyList<TokenLogprob>? logprobs)
    {
        _text.Append(text);
        Logprobs.AddRange(logprobs ?? []);
    }

    /// <summary>Writes the part as an object.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        switch (Kind)
        {
            case PartKind.Text:
                writer.WriteString("type"u8, "output_text"u8);
                writer.WriteString("text"u8, Text);
                writer.WriteStartArray("annotations"u8);
                writer.WriteEndArray();
                WriteLogprobs(writer, Logprobs);
                break;
            case PartKind.Refusal:
                writer.WriteString("type"u8, "refusal"u8);
                writer.WriteString("refusal"u8, Text);
                break;
            default:
                writer.WriteString("type"u8, "reasoning_text"u8);
                writer.WriteString("text"u8, Text);
                break;
        }

        writer.WriteEndObject();
    }

    /// <summary>Writes <c>logprobs</c>, an array that may be empty.</summary>
    public static void WriteLogprobs(Utf8JsonWriter writer, IReadOnlyList<TokenLogprob>? logprobs)
    {
        writer.WritePropertyName("logprobs"u8);
        Streaming.Logprobs.WriteTokens(writer, logprobs ?? []);
    }
}
