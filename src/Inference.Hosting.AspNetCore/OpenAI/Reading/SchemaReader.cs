// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.AspNetCore.OpenAI.Reading;

/// <summary>Reads JSON schemas and refuses what is none. Whether a model can guarantee each keyword, the model says.</summary>
internal static class SchemaReader
{
    // A name of a property is the caller's text, of any length.
    private const int LongestName = 64;

    /// <summary>Reads a schema that must be there: an object.</summary>
    /// <exception cref="InferenceException">InvalidInput, with the path of the keyword that is wrong.</exception>
    public static JsonElement Require(RequestFields fields, string name) => Find(fields, name) ?? throw fields.Missing(name);

    /// <inheritdoc cref="Require"/>
    /// <summary>Reads a schema if it is there: an object.</summary>
    public static JsonElement? Find(RequestFields fields, string name)
    {
        if (fields.FindObject(name) is not { } schema)
        {
            return null;
        }

        Check(schema.Element, schema.Path);
        return schema.Element;
    }

    /// <inheritdoc cref="Require"/>
    /// <summary>Reads a schema that must be there: an object, or JSON text of one.</summary>
    public static JsonElement RequireOrParse(RequestFields fields, string name)
    {
        if (fields.Find(name)?.ValueKind != JsonValueKind.String)
        {
            return Require(fields, name);
        }

        try
        {
            using var document = JsonDocument.Parse(fields.RequireString(name));
            var schema = document.RootElement.Clone();
            Check(schema, fields.PathOf(name));
            return schema;
        }
        catch (JsonException)
        {
            throw Fault(fields.PathOf(name), "is not valid JSON");
        }
    }

    private static void Check(JsonElement schema, string path)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return;
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw Fault(path, "must be a schema: an object, true or false");
        }

        foreach (var property in schema.EnumerateObject())
        {
            var name = property.Name;
            var at = $"{path}.{(name.Length > LongestName ? name[..LongestName] : name)}";
            CheckKeyword(name, property.Value, at);
        }
    }

    private static void CheckKeyword(string name, JsonElement value, string path)
    {
        switch (name)
        {
            case "type" when !IsType(value):
                throw Fault(
                    path, "must be 'object', 'array', 'string', 'number', 'integer', 'boolean' or 'null', or an array of such");
            case "properties" or "$defs" or "definitions" or "patternProperties":
                CheckMap(value, path);
                break;
            case "items" when value.ValueKind == JsonValueKind.Array:
            case "anyOf" or "oneOf" or "allOf" or "prefixItems":
                CheckList(value, path);
                break;
            case "items" or "additionalProperties" or "not" or "contains" or "propertyNames" or "if" or "then" or "else":
                Check(value, path);
                break;
            case "required" when value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String):
                throw Fault(path, "must be an array of strings");
            case "enum" when value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0:
                throw Fault(path, "must be an array with at least one value");
            case "pattern" or "$ref" or "format" when value.ValueKind != JsonValueKind.String:
                throw Fault(path, "must be a string");
            case "minLength" or "maxLength" or "minItems" or "maxItems" or "minProperties" or "maxProperties"
                when value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var count) || count < 0 || count != Math.Floor(count):
                throw Fault(path, "must be a whole number from 0");
            case "minimum" or "maximum" or "multipleOf" when value.ValueKind != JsonValueKind.Number:
                throw Fault(path, "must be a number");
        }
    }

    private static void CheckMap(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Fault(path, "must be an object of schemas");
        }

        foreach (var property in value.EnumerateObject())
        {
            var name = property.Name;
            Check(property.Value, $"{path}.{(name.Length > LongestName ? name[..LongestName] : name)}");
        }
    }

    private static void CheckList(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            throw Fault(path, "must be an array with at least one schema");
        }

        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            Check(item, $"{path}[{index++}]");
        }
    }

    private static bool IsType(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()! is "object" or "array" or "string" or "number" or "integer" or "boolean" or "null",
        JsonValueKind.Array => value.GetArrayLength() > 0
            && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String && IsType(item)),
        _ => false,
    };

    private static InferenceException Fault(string path, string fault)
        => RequestFields.InvalidAt(path, fault, InferenceErrorReasons.InvalidJsonSchema);
}
