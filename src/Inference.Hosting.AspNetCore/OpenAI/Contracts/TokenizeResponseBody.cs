// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.OpenAI.Contracts;

/// <summary>Describes the answer for OpenAPI documents; it is written by hand.</summary>
internal sealed record TokenizeResponseBody(
    [property: JsonPropertyName("count")] int Count,
    [property: JsonPropertyName("max_model_len")] int? MaxModelLength,
    [property: JsonPropertyName("tokens")] IReadOnlyList<int> Tokens,
    [property: JsonPropertyName("token_strs")] IReadOnlyList<string>? TokenTexts);
