// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Remote.OpenAI.Writing;

/// <summary>What chats and completions have in common.</summary>
internal static class SamplingWriter
{
    public static void Write(RequestWriter writer, SamplingOptions sampling)
    {
        writer.Number("temperature", sampling.Temperature);
        writer.Number("top_p", sampling.TopP);
        writer.Number("top_k", sampling.TopK);
        writer.Number("min_p", sampling.MinP);
        writer.Number("frequency_penalty", sampling.FrequencyPenalty);
        writer.Number("presence_penalty", sampling.PresencePenalty);
        writer.Number("repetition_penalty", sampling.RepetitionPenalty);
        if (sampling.Seed is { } seed)
        {
            writer.Field("seed").WriteNumberValue(seed);
        }

        if (sampling.LogitBias is { Count: > 0 } bias)
        {
            var json = writer.Field("logit_bias");
            json.WriteStartObject();
            foreach (var (token, value) in bias)
            {
                json.WriteNumber(token.ToString(CultureInfo.InvariantCulture), value);
            }

            json.WriteEndObject();
        }
    }

    public static void WriteStops(RequestWriter writer, IReadOnlyList<string> stops, IReadOnlyList<int> tokens)
    {
        if (stops.Count > 0)
        {
            var json = writer.Field("stop");
            json.WriteStartArray();
            foreach (var stop in stops)
            {
                json.WriteStringValue(stop);
            }

            json.WriteEndArray();
        }

        if (tokens.Count > 0)
        {
            writer.Field("stop_token_ids");
            writer.Tokens([.. tokens]);
        }
    }

    public static void WriteFormat(RequestWriter writer, ResponseFormat format)
    {
        switch (format.Kind)
        {
            case ResponseFormatKind.JsonObject:
                var type = writer.Field("response_format");
                type.WriteStartObject();
                type.WriteString("type", "json_object");
                type.WriteEndObject();
                break;
            case ResponseFormatKind.JsonSchema:
                WriteSchema(writer, format);
                break;
            case ResponseFormatKind.Regex:
                WriteStructured(writer, "regex", format.Pattern!);
                break;
            case ResponseFormatKind.Grammar:
                WriteStructured(writer, "grammar", format.Pattern!);
                break;
            case ResponseFormatKind.Choice:
                var json = writer.Field("structured_outputs");
                json.WriteStartObject();
                json.WriteStartArray("choice");
                foreach (var choice in format.Choices)
                {
                    json.WriteStringValue(choice);
                }

                json.WriteEndArray();
                json.WriteEndObject();
                break;
        }
    }

    private static void WriteStructured(RequestWriter writer, string kind, string pattern)
    {
        var json = writer.Field("structured_outputs");
        json.WriteStartObject();
        json.WriteString(kind, pattern);
        json.WriteEndObject();
    }

    private static void WriteSchema(RequestWriter writer, ResponseFormat format)
    {
        var json = writer.Field("response_format");
        json.WriteStartObject();
        json.WriteString("type", "json_schema");
        json.WriteStartObject("json_schema");
        json.WriteString("name", format.Name ?? "answer");
        if (format.Description is { } description)
        {
            json.WriteString("description", description);
        }

        if (format.Schema is { } schema)
        {
            json.WritePropertyName("schema");
            schema.WriteTo(json);
        }

        if (format.Strict is { } strict)
        {
            json.WriteBoolean("strict", strict);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
