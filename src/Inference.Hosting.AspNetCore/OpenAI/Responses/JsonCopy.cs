// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Reading;

namespace Inference.Hosting.AspNetCore.OpenAI.Responses;

/// <summary>Gives a client's own JSON back to it: on one line, as events must be, and also where a text is cut within a character.</summary>
internal static class JsonCopy
{
    public static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(JsonText.GetName(property));
                    Write(writer, property.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(JsonText.GetString(value));
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
