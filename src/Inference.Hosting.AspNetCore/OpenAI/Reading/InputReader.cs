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

        var count = value.GetArrayLength();
        if (count == 0)
        {
            throw RequestFields.InvalidAt(path, "is empty: give at least one input");
        }

        // An array of numbers is one input.
        if (value[0].ValueKind == JsonValueKind.Number)
        {
            return [ReadTokens(value, path)];
        }

        if (count > most)
        {
            throw RequestFields.InvalidAt(path, $"has {count} inputs, more than the {most} that one request may have");
        }

        var inputs = new TextInput[count];
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var at = $"{path}[{index}]";
            inputs[index++] = item.ValueKind switch
            {
                JsonValueKind.String => ReadText(item, at),
                JsonValueKind.Array when item.GetArrayLength() > 0 => ReadTokens(item, at),
                JsonValueKind.Array => throw RequestFields.InvalidAt(at, "is empty"),
                _ => throw RequestFields.WrongTypeAt(at, "a string or an array of tokens", item),
            };
        }

        return inputs;
    }

    private static TextInput ReadText(JsonElement value, string path)
        => JsonText.GetString(value) is { Length: > 0 } text ? text : throw RequestFields.InvalidAt(path, "is an empty text");

    private static TextInput ReadTokens(JsonElement array, string path)
    {
        var tokens = new int[array.GetArrayLength()];
        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            var at = $"{path}[{index}]";
            var token = RequestFields.ToInt64(item, at);
            tokens[index++] = token is >= 0 and <= int.MaxValue ? (int)token : throw RequestFields.InvalidAt(at, $"is {token}, which is no token");
        }

        return TextInput.FromTokens(tokens);
    }
}
