// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.OpenAI.Contracts;

/// <summary>Describes the request for OpenAPI documents; it is read by hand.</summary>
internal sealed record ResponseRequestBody(
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("input")] object Input,
    [property: JsonPropertyName("instructions")] string? Instructions,
    [property: JsonPropertyName("max_output_tokens")] int? MaxOutputTokens,
    [property: JsonPropertyName("temperature")] double? Temperature,
    [property: JsonPropertyName("top_p")] double? TopP,
    [property: JsonPropertyName("tools")] IReadOnlyList<object>? Tools,
    [property: JsonPropertyName("tool_choice")] object? ToolChoice,
    [property: JsonPropertyName("parallel_tool_calls")] bool? ParallelToolCalls,
    [property: JsonPropertyName("text")] object? Text,
    [property: JsonPropertyName("reasoning")] object? Reasoning,
    [property: JsonPropertyName("include")] IReadOnlyList<string>? Include,
    [property: JsonPropertyName("top_logprobs")] int? TopLogprobs,
    [property: JsonPropertyName("truncation")] string? Truncation,
    [property: JsonPropertyName("metadata")] IReadOnlyDictionary<string, string>? Metadata,
    [property: JsonPropertyName("store")] bool? Store,
    [property: JsonPropertyName("stream")] bool? Stream);
