// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Reading;

/// <summary>Reads what may be a text, tokens, or a list of either: <c>input</c> and <c>prompt</c>.</summary>
internal static class InputReader
{
    /// <summary>Reads the field, which must be there.</summary>
    /// <param name="fields">The request.</param>
    /// <param name="name">The field.</param>
    /// <param name="most">Most inputs.</param>
    /// <exception cref="InferenceException">InvalidInput: something else, nothing, an empty one, too many.</exception>
    public static IReadOnlyList<TextInput> Require(RequestFields fields, string name, int most)
    {
        var value = fields.Find(name) ?? throw fields.Missing(name);
        var path = fields.PathOf(name);
        if (value.ValueKind == JsonValueKind.String)
        {
            return [ReadText(value, path)];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw RequestFields.WrongTypeAt(path, "a string, an array of strings, an array of tokens or an array of such arrays", value);
        }

        // An array of numbers is one input.
        if (value.GetArrayLength() > 0 && value[0].ValueKind == JsonValueKind.Number)
        {
            return [ReadTokens(value, path)];
        }

        return ReadItems(value, path, most, (item, at) => item.ValueKind switch
        {
            JsonValueKind.String => ReadText(item, at),
            JsonValueKind.Array when item.GetArrayLength() > 0 => ReadTokens(item, at),
            JsonValueKind.Array => throw RequestFields.InvalidAt(at, "is empty"),
            _ => throw RequestFields.WrongTypeAt(at, "a string or an array of tokens", item),
        });
    }

    /// <summary>How many inputs a field has that was read before.</summary>
    public static int Count(RequestFields fields, string name)
        => fields.Find(name) is { ValueKind: JsonValueKind.Array } array && array[0].ValueKind != JsonValueKind.Number ? array.GetArrayLength() : 1;

    /// <summary>Reads a text, or a list of them, which must be there.</summary>
    /// <inheritdoc cref="Require"/>
    public static IReadOnlyList<string> RequireTexts(RequestFields fields, string name, int most)
    {
        var value = fields.Find(name) ?? throw fields.Missing(name);
        var path = fields.PathOf(name);
        if (value.ValueKind == JsonValueKind.String)
        {
            return [ReadText(value, path).Text];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw RequestFields.WrongTypeAt(path, "a string or an array of strings", value);
        }

        return ReadItems(value, path, most, (item, at) => ReadText(item, at).Text);
    }

    /// <summary>Reads the items of a list that must have at least one.</summary>
    /// <param name="array">The list.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="most">Most items.</param>
    /// <param name="read">Reads one, from the item and its path.</param>
    /// <exception cref="InferenceException">InvalidInput: none, or too many.</exception>
    public static TItem[] ReadItems<TItem>(JsonElement array, string path, int most, Func<JsonElement, string, TItem> read)
    {
        var count = array.GetArrayLength();
        if (count == 0)
        {
            throw RequestFields.InvalidAt(path, "is empty: give at least one input");
        }

        if (count > most)
        {
            throw RequestFields.InvalidAt(path, $"has {count} inputs, more than the {most} that one request may have");
        }

        var items = new TItem[count];
        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            items[index] = read(item, $"{path}[{index}]");
            index++;
        }

        return items;
    }

    /// <summary>Reads a text that is not empty.</summary>
    public static TextInput ReadText(JsonElement value, string path) => value.ValueKind != JsonValueKind.String
        ? throw RequestFields.WrongTypeAt(path, "a string", value)
        : value.GetString()! is { Length: > 0 } text ? text : throw RequestFields.InvalidAt(path, "is an empty text");

    /// <summary>Reads a text that must be there and is not empty.</summary>
    public static TextInput ReadText(RequestFields fields, string name)
        => ReadText(fields.Find(name) ?? throw fields.Missing(name), fields.PathOf(name));

    /// <summary>Reads tokens.</summary>
    /// <exception cref="InferenceException">InvalidInput: something else than numbers that can be tokens.</exception>
    public static TextInput ReadTokens(JsonElement array, string path)
    {
        var tokens = new int[array.GetArrayLength()];
        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            tokens[index] = item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var plain) && plain >= 0
                ? plain
                : ReadToken(item, $"{path}[{index}]");
            index++;
        }

        return TextInput.FromTokens(tokens);
    }

    private static int ReadToken(JsonElement item, string path)
    {
        var token = RequestFields.ToInt64(item, path);
        return token is >= 0 and <= int.MaxValue ? (int)token : throw RequestFields.InvalidAt(path, $"is {token}, which is no token");
    }
}
