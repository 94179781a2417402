// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.OpenAI.Responses;

/// <summary>Names in failures as this route has them: models and readers name the fields of chats.</summary>
internal static class ResponseParameters
{
    private static readonly (string Chat, string Response)[] _names =
    [
        ("response_format.json_schema", "text.format"),
        ("response_format", "text.format"),
        ("messages", "input"),
        ("max_tokens", "max_output_tokens"),
        ("reasoning_effort", "reasoning.effort"),
        ("truncate_prompt_tokens", "truncation"),
        ("logprobs", "include"),
    ];

    /// <summary>The failure with the names of this route; the same one when it names nothing that is called otherwise here.</summary>
    public static InferenceException Translate(InferenceException failure)
        => Translate(failure.Parameter) is { } parameter && parameter != failure.Parameter
            ? new InferenceException(
                failure.Code, failure.Message.Replace($"'{failure.Parameter}'", $"'{parameter}'", StringComparison.Ordinal), failure)
            {
                Parameter = parameter,
                Reason = failure.Reason,
                RetryAfter = failure.RetryAfter,
                IsIsolated = failure.IsIsolated,
            }
            : failure;

    /// <summary>The name of a field as this route has it.</summary>
    public static string? Translate(string? parameter)
    {
        if (parameter is null)
        {
            return null;
        }

        foreach (var (chat, response) in _names)
        {
            if (parameter.StartsWith(chat, StringComparison.Ordinal) && (parameter.Length == chat.Length || parameter[chat.Length] is '.' or '['))
            {
                return response + parameter[chat.Length..];
            }
        }

        return parameter.StartsWith("tools[", StringComparison.Ordinal)
            ? parameter.Replace("].function.", "].", StringComparison.Ordinal)
            : parameter;
    }
}
