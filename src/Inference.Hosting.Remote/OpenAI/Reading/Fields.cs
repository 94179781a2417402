// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Remote.OpenAI.Reading;

/// <summary>Reads fields of answers: what is missing, null or of another type is not there.</summary>
internal static class Fields
{
    private static readonly HashSet<string> _known = new(StringComparer.Ordinal)
    {
        "id", "object", "created", "model", "choices", "usage", "data", "results", "system_fingerprint", "service_tier",
    };

    public static string? Text(this JsonElement element, string name)
        => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static int? Number(this JsonElement element, string name)
        => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    public static float? Float(this JsonElement element, string name)
        => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetSingle() : null;

    public static JsonElement? Object(this JsonElement element, string name)
        => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name)
        => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    public static TokenUsage? Usage(this JsonElement element)
    {
        if (element.Object("usage") is not { } usage)
        {
            return null;
        }

        var reader = new Utf8JsonReader(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(usage));
        reader.Read();
        return UsageReader.Read(ref reader);
    }

    /// <summary>Fields that no contract knows, with documents of their own.</summary>
    public static Dictionary<string, JsonElement>? Rest(this JsonElement element)
    {
        Dictionary<string, JsonElement>? rest = null;
        foreach (var field in element.EnumerateObject())
        {
            if (!_known.Contains(field.Name) && field.Value.ValueKind != JsonValueKind.Null)
            {
                (rest ??= new(StringComparer.Ordinal))[field.Name] = field.Value.Clone();
            }
        }

        return rest;
    }

    /// <summary>The failure of an answer that is not what it should be.</summary>
    public static InferenceException Missing(string what)
        => new(InferenceErrorCode.EngineFailed, $"The server behind the model answered without {what}: it may not speak OpenAI's protocol.");
}
