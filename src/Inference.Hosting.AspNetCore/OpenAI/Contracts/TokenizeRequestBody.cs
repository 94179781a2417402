// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.OpenAI.Contracts;

/// <summary>Describes the request for OpenAPI documents; it is read by hand.</summary>
internal sealed record TokenizeRequestBody(
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("prompt")] string? Prompt,
    [property: JsonPropertyName("messages")] IReadOnlyList<object>? Messages,
    [property: JsonPropertyName("add_special_tokens")] bool? AddSpecialTokens,
    [property: JsonPropertyName("return_token_strs")] bool? ReturnTokenTexts);
