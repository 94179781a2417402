// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.OpenAI.Contracts;

/// <summary>Describes the request for OpenAPI documents; it is read by hand.</summary>
internal sealed record CompletionRequestBody(
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("prompt")] object Prompt,
    [property: JsonPropertyName("suffix")] string? Suffix,
    [property: JsonPropertyName("max_tokens")] int? MaxTokens,
    [property: JsonPropertyName("temperature")] double? Temperature,
    [property: JsonPropertyName("top_p")] double? TopP,
    [property: JsonPropertyName("n")] int? N,
    [property: JsonPropertyName("logprobs")] int? Logprobs,
    [property: JsonPropertyName("echo")] bool? Echo,
    [property: JsonPropertyName("seed")] long? Seed,
    [property: JsonPropertyName("stop")] object? Stop,
    [property: JsonPropertyName("stream")] bool? Stream,
    [property: JsonPropertyName("stream_options")] object? StreamOptions);
