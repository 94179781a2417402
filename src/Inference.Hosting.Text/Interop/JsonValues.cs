// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Inference.Hosting.Text.Interop;

/// <summary>Values as JSON and back, without reflection: numbers keep the format that they came in.</summary>
internal static class JsonValues
{
    /// <summary>A JSON object with nothing in it.</summary>
    public const string EmptyObject = "{}";

    /// <summary>The JSON text of a tool call's arguments.</summary>
    /// <exception cref="InferenceException">InvalidInput: a value is of a type that JSON does not have.</exception>
    public static string ToText(IDictionary<string, object?>? arguments, string parameter)
        => arguments is not { Count: > 0 } ? EmptyObject : Encoding.UTF8.GetString(Write(arguments, parameter).Span);

    /// <summary>A value as JSON.</summary>
    /// <exception cref="InferenceException">InvalidInput: it is of a type that JSON does not have.</exception>
    public static JsonElement ToElement(object? value, string parameter)
    {
        if (value is JsonElement element)
        {
            return element;
        }

        using var document = JsonDocument.Parse(Write(value, parameter));
        return document.RootElement.Clone();
    }

    /// <summary>The arguments of a tool call.</summary>
    /// <returns>False when the text is no JSON object: a model wrote it.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out Dictionary<string, object?>? arguments)
    {
        arguments = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            arguments = [];
            return true;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            arguments = [];
            foreach (var property in document.RootElement.EnumerateObject())
            {
                arguments[property.Name] = property.Value.ValueKind == JsonValueKind.Null ? null : property.Value.Clone();
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static ReadOnlyMemory<byte> Write(object? value, string parameter)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions
        {
            // Arguments are text for a model, not for a page: what must be escaped in HTML stays readable.
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            Write(writer, value, parameter);
        }

        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, object? value, string parameter)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case JsonElement element:
                WriteElement(writer, element);
                break;
            case JsonNode node:
                node.WriteTo(writer);
                break;
            case JsonDocument document:
                WriteElement(writer, document.RootElement);
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case sbyte or byte or short or ushort or int or uint or long:
                writer.WriteNumberValue(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case ulong number:
                writer.WriteNumberValue(number);
                break;
            case float number when float.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case decimal number:
                writer.WriteNumberValue(number);
                break;
            case Guid or DateTime or DateTimeOffset or Uri or char or Enum:
                WriteText(writer, value);
                break;
            case IEnumerable<KeyValuePair<string, object?>> properties:
                writer.WriteStartObject();
                foreach (var (name, item) in properties)
                {
                    writer.WritePropertyName(name);
                    Write(writer, item, parameter);
                }

                writer.WriteEndObject();
                break;
            case IDictionary properties:
                writer.WriteStartObject();
                foreach (DictionaryEntry entry in properties)
                {
                    writer.WritePropertyName(entry.Key.ToString()!);
                    Write(writer, entry.Value, parameter);
                }

                writer.WriteEndObject();
                break;
            case IEnumerable items:
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    Write(writer, item, parameter);
                }

                writer.WriteEndArray();
                break;
            default:
                WriteObject(writer, value, parameter);
                break;
        }
    }

    // WriteTo would write a number as it came, too, but escape its texts anew.
    private static void WriteElement(Utf8JsonWriter writer, JsonElement element)
    {
        if (element.ValueKind is JsonValueKind.Undefined)
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteRawValue(element.GetRawText(), skipInputValidation: true);
        }
    }

    private static void WriteText(Utf8JsonWriter writer, object value) => writer.WriteStringValue(value switch
    {
        DateTime time => time.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        Uri uri => uri.OriginalString,
        _ => value.ToString(),
    });

    // An object of the app: by what its serializer options know, which is everything where reflection is on.
    private static void WriteObject(Utf8JsonWriter writer, object value, string parameter)
    {
        try
        {
            JsonSerializer.Serialize(writer, value, Microsoft.Extensions.AI.AIJsonUtilities.DefaultOptions.GetTypeInfo(value.GetType()));
        }
        catch (NotSupportedException exception)
        {
            throw new InferenceException(
                InferenceErrorCode.InvalidInput,
                $"A value of the type {value.GetType().Name} cannot be written as JSON. Give a JsonElement, a text, a number, a list or a dictionary.",
                exception)
            {
                Parameter = parameter,
                Reason = InferenceErrorReasons.InvalidType,
            };
        }
    }
}
