// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Conformance.Checking;

namespace Inference.Hosting.Conformance.Rest;

/// <summary>Properties of answers, each expected to be there and of its kind.</summary>
internal static class Json
{
    public static string String(JsonElement from, string name)
    {
        var value = Property(from, name);
        Expect.That(value.ValueKind == JsonValueKind.String, $"'{name}' is {Kind(value)} instead of a string");
        return value.GetString()!;
    }

    public static long Number(JsonElement from, string name)
    {
        var value = Property(from, name);
        Expect.That(value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _), $"'{name}' is {Kind(value)} instead of an integer");
        return value.GetInt64();
    }

    public static JsonElement Object(JsonElement from, string name)
    {
        var value = Property(from, name);
        Expect.That(value.ValueKind == JsonValueKind.Object, $"'{name}' is {Kind(value)} instead of an object");
        return value;
    }

    public static JsonElement.ArrayEnumerator Array(JsonElement from, string name)
    {
        var value = Property(from, name);
        Expect.That(value.ValueKind == JsonValueKind.Array, $"'{name}' is {Kind(value)} instead of an array");
        return value.EnumerateArray();
    }

    /// <summary>A string that may be absent; null counts as that.</summary>
    public static string? OptionalString(JsonElement from, string name)
    {
        IsObject(from);
        if (!from.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        Expect.That(value.ValueKind == JsonValueKind.String, $"'{name}' is {Kind(value)} instead of a string");
        return value.GetString();
    }

    /// <summary>A list of strings that may be absent; null counts as that.</summary>
    public static IReadOnlyList<string> OptionalStrings(JsonElement from, string name)
    {
        IsObject(from);
        return !from.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? [] : Strings(from, name);
    }

    public static IReadOnlyList<string> Strings(JsonElement from, string name)
    {
        var strings = new List<string>();
        foreach (var item in Array(from, name))
        {
            Expect.That(item.ValueKind == JsonValueKind.String, $"'{name}' holds {Kind(item)} instead of a string");
            strings.Add(item.GetString()!);
        }

        return strings;
    }

    /// <summary>The shape of a tensor.</summary>
    public static long[] Shape(JsonElement from, string tensor, long lowest)
    {
        var shape = new List<long>();
        foreach (var item in Array(from, "shape"))
        {
            Expect.That(
                item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var dimension) && dimension >= lowest,
                $"the shape of '{tensor}' holds {item.GetRawText()}, which is no dimension");
            shape.Add(item.GetInt64());
        }

        return [.. shape];
    }

    /// <summary>Parameters that may be absent; each is a string, a number or a boolean.</summary>
    public static void OptionalParameters(JsonElement from)
    {
        IsObject(from);
        if (!from.TryGetProperty("parameters", out var parameters) || parameters.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        Expect.That(parameters.ValueKind == JsonValueKind.Object, $"'parameters' is {Kind(parameters)} instead of an object");
        foreach (var one in parameters.EnumerateObject())
        {
            Expect.That(
                one.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False,
                $"the parameter '{one.Name}' is {Kind(one.Value)} instead of a string, a number or a boolean");
        }
    }

    public static void IsObject(JsonElement value)
        => Expect.That(value.ValueKind == JsonValueKind.Object, $"the answer holds {Kind(value)} instead of an object");

    private static JsonElement Property(JsonElement from, string name)
    {
        IsObject(from);
        Expect.That(from.TryGetProperty(name, out var value), $"'{name}' is missing");
        return value;
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.Null => "null",
        _ => value.GetRawText(),
    };
}
