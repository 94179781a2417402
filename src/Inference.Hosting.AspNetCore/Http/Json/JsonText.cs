// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.Http.Json;

/// <summary>Names, ids and other short texts.</summary>
internal static class JsonText
{
    /// <summary>The string the reader stands on.</summary>
    /// <exception cref="InferenceException">InvalidInput: no string, too long, or not UTF-8.</exception>
    public static string Read(ref Utf8JsonReader reader, string what, int maxLength)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
        {
            throw new InferenceException(InferenceErrorCode.InvalidInput, $"The {what} must be a string.");
        }

        // A character takes at most six bytes, as an escape.
        var bytes = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
        try
        {
            if (bytes <= 6L * maxLength && reader.GetString() is { } text && text.Length <= maxLength)
            {
                return text;
            }
        }
        catch (InvalidOperationException exception)
        {
            throw new InferenceException(InferenceErrorCode.InvalidInput, $"The {what} is not valid UTF-8.", exception);
        }

        throw new InferenceException(
            InferenceErrorCode.InvalidInput,
            $"The {what} is longer than {maxLength} characters ({InferenceHttpOptions.Section}:{nameof(InferenceHttpOptions.MaxNameLength)}).");
    }

    /// <summary>The string the reader stands on; one of the known ones, where it is, is not made anew.</summary>
    public static string Read(ref Utf8JsonReader reader, string what, int maxLength, ReadOnlySpan<string> known)
    {
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && !reader.ValueIsEscaped)
        {
            foreach (var text in known)
            {
                if (reader.ValueTextEquals(text))
                {
                    return text;
                }
            }
        }

        return Read(ref reader, what, maxLength);
    }

    /// <summary>The name the reader stands on, as the same object as in the metadata where it is known there.</summary>
    public static string ReadName(ref Utf8JsonReader reader, string what, int maxLength, IReadOnlyList<TensorSpec> known)
    {
        if (reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped)
        {
            for (var i = 0; i < known.Count; i++)
            {
                if (reader.ValueTextEquals(known[i].Name))
                {
                    return known[i].Name;
                }
            }
        }

        return Read(ref reader, what, maxLength);
    }

    /// <summary>What stands where an element should, for the text of an error.</summary>
    public static string Describe(JsonTokenType token) => token switch
    {
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number that does not fit",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        _ => "an object",
    };
}
