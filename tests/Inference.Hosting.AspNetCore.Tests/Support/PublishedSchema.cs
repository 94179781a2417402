// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.AspNetCore.Tests.Support;

/// <summary>The shape of a body as OpenAI publishes it, in a reduced form of our own: the keywords below, and no others.</summary>
internal sealed class PublishedSchema
{
    private readonly JsonElement _root;

    private PublishedSchema(JsonElement root) => _root = root;

    public static PublishedSchema Read(string name)
        => new(JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "OpenAI", "Schemas", name + ".json"))).RootElement);

    /// <summary>Fails the test with the first place that does not fit.</summary>
    public void Check(JsonElement value) => Check(_root, value, "$");

    private void Check(JsonElement schema, JsonElement value, string path)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            var rule = keyword.Value;
            var fits = keyword.Name switch
            {
                "$defs" => true,
                "$ref" => Follow(rule.GetString()!, value, path),
                "type" => rule.ValueKind == JsonValueKind.String
                    ? IsOf(rule.GetString()!, value)
                    : rule.EnumerateArray().Any(type => IsOf(type.GetString()!, value)),
                "enum" => rule.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, value)),
                "required" => value.ValueKind != JsonValueKind.Object || rule.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
                "properties" => CheckProperties(rule, value, path),
                "additionalProperties" => value.EnumerateObject().All(property => schema.GetProperty("properties").TryGetProperty(property.Name, out _)),
                "items" => CheckItems(rule, value, path),
                "minItems" => value.GetArrayLength() >= rule.GetInt32(),
                "maxItems" => value.GetArrayLength() <= rule.GetInt32(),
                "minLength" => value.GetString()!.Length >= rule.GetInt32(),
                _ => throw new NotSupportedException($"The schema has the keyword {keyword.Name}."),
            };
            Assert.True(fits, $"{path}: {keyword.Name} {rule.GetRawText()} does not hold for {value.GetRawText()}");
        }
    }

    private bool Follow(string reference, JsonElement value, string path)
    {
        Check(_root.GetProperty("$defs").GetProperty(reference["#/$defs/".Length..]), value, path);
        return true;
    }

    private bool CheckProperties(JsonElement rules, JsonElement value, string path)
    {
        foreach (var rule in rules.EnumerateObject())
        {
            if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty(rule.Name, out var property))
            {
                Check(rule.Value, property, $"{path}.{rule.Name}");
            }
        }

        return true;
    }

    private bool CheckItems(JsonElement rule, JsonElement value, string path)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var (index, item) in value.EnumerateArray().Index())
            {
                Check(rule, item, $"{path}[{index}]");
            }
        }

        return true;
    }

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new NotSupportedException($"The schema has the type {type}."),
    };
}
