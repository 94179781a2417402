// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI.Schemas;

/// <summary>What the published descriptions ask of answers, reduced to names and types: <c>?</c> for one that may be absent, <c>|</c> between types.</summary>
internal static class TextSchemas
{
    private static readonly JsonElement _schemas = JsonDocument.Parse("""
        {
          "Error": { "error": { "message": "text", "type": "text", "param": "string|null", "code": "string|null" } },
          "Model": { "id": "text", "object": "=model", "created": "integer", "owned_by": "text", "root": "text", "max_model_len?": "integer" },
          "ModelList": { "object": "=list", "data": ["#Model"] },
          "Embeddings": {
            "object": "=list", "model": "text", "usage?": "#Usage",
            "data": [{ "object": "=embedding", "index": "integer", "embedding": "array|string" }]
          },
          "Usage": { "prompt_tokens": "integer", "total_tokens": "integer" },
          "Rerank": {
            "id": "text", "model": "text", "usage?": "#Usage", "results": [{ "index": "integer", "relevance_score": "number", "document?": { "text": "text" } }]
          },
          "CohereRerank": {
            "id": "text", "model": "text", "usage?": "#Usage", "results": [{ "index": "integer", "relevance_score": "number" }],
            "meta": { "api_version": { "version": "text" }, "billed_units": { "search_units": "integer" } }
          },
          "Score": {
            "id": "text", "object": "=list", "created": "integer", "model": "text", "usage?": "#Usage",
            "data": [{ "index": "integer", "object": "=score", "score": "number" }]
          },
          "Classify": {
            "id": "text", "object": "=list", "created": "integer", "model": "text", "usage?": "#Usage",
            "data": [{ "index": "integer", "label": "text", "probs": ["number"], "num_classes": "integer" }]
          },
          "Tokenize": { "count": "integer", "max_model_len": "integer|null", "tokens": ["integer"], "token_strs": "array|null" },
          "Detokenize": { "prompt": "string" }
        }
        """).RootElement;

    /// <summary>Fails where an answer has not what its schema asks for, or has what that does not know.</summary>
    public static void Check(string schema, JsonElement json) => Check(_schemas.GetProperty(schema), json, schema);

    private static void Check(JsonElement schema, JsonElement json, string path)
    {
        switch (schema.ValueKind)
        {
            case JsonValueKind.Array:
                Assert.True(json.ValueKind == JsonValueKind.Array, $"{path} is {json.ValueKind}");
                foreach (var (index, item) in json.EnumerateArray().Index())
                {
                    Check(schema[0], item, $"{path}[{index}]");
                }

                break;
            case JsonValueKind.Object:
                CheckObject(schema, json, path);
                break;
            default:
                var types = schema.GetString()!;
                if (types.StartsWith('#'))
                {
                    Check(_schemas.GetProperty(types[1..]), json, path);
                    break;
                }

                Assert.True(types.Split('|').Any(type => Is(type, json)), $"{path} is {json.GetRawText()}, not {types}");
                break;
        }
    }

    private static void CheckObject(JsonElement schema, JsonElement json, string path)
    {
        Assert.True(json.ValueKind == JsonValueKind.Object, $"{path} is {json.ValueKind}");
        var known = schema.EnumerateObject().ToDictionary(property => property.Name.TrimEnd('?'));
        foreach (var property in json.EnumerateObject())
        {
            Assert.True(known.TryGetValue(property.Name, out var wanted), $"{path} has an unknown property {property.Name}");
            Check(wanted.Value, property.Value, $"{path}.{property.Name}");
        }

        foreach (var (name, property) in known)
        {
            Assert.True(property.Name.EndsWith('?') || json.TryGetProperty(name, out _), $"{path} has no {name}");
        }
    }

    private static bool Is(string type, JsonElement json) => type switch
    {
        "text" => json.ValueKind == JsonValueKind.String && json.GetString()!.Length > 0,
        "string" => json.ValueKind == JsonValueKind.String,
        "integer" => json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out _) && !json.GetRawText().Contains('.', StringComparison.Ordinal),
        "number" => json.ValueKind == JsonValueKind.Number,
        "array" => json.ValueKind == JsonValueKind.Array,
        "null" => json.ValueKind == JsonValueKind.Null,
        _ => type.StartsWith('=') && json.ValueKind == JsonValueKind.String && json.GetString() == type[1..],
    };
}
