// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.AspNetCore.OpenAI.Reading;

/// <summary>Fields that clients know and no model here serves: ignoring them would answer something else than was asked.</summary>
internal static class RefusedFields
{
    /// <summary>Of both routes.</summary>
    public static readonly (string Name, Func<JsonElement, bool> IsDefault)[] Generation =
    [
        ("bad_words", IsEmpty),
        ("allowed_token_ids", IsEmpty),
        ("prompt_logprobs", IsNever),
        ("use_beam_search", IsFalse),
        ("length_penalty", value => IsNumber(value, 1)),
        ("priority", value => IsNumber(value, 0)),
        ("return_token_ids", IsFalse),
    ];

    /// <summary>Of chats.</summary>
    public static readonly (string Name, Func<JsonElement, bool> IsDefault)[] Chat =
    [
        ("audio", IsNever),
        ("web_search_options", IsNever),
        ("best_of", value => IsNumber(value, 1)),
        ("echo", IsFalse),
        ("documents", IsEmpty),
    ];

    /// <summary>Refuses the first that is there with a value other than its default.</summary>
    /// <exception cref="InferenceException">Unsupported.</exception>
    public static void Check(RequestFields fields, (string Name, Func<JsonElement, bool> IsDefault)[] table)
    {
        foreach (var (name, isDefault) in table)
        {
            if (fields.Find(name) is { } value && !isDefault(value))
            {
                throw fields.Unsupported(name, "is not supported; leave it out");
            }
        }
    }

    private static bool IsNever(JsonElement value) => false;

    private static bool IsFalse(JsonElement value) => value.ValueKind == JsonValueKind.False;

    private static bool IsEmpty(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0;

    private static bool IsNumber(JsonElement value, double number)
        => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var given) && given == number;
}
