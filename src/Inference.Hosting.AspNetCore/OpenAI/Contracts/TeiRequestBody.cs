// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.OpenAI.Contracts;

/// <summary>Describes requests of Text Embeddings Inference for OpenAPI documents; they are read by hand.</summary>
internal sealed record TeiRequestBody(
    [property: JsonPropertyName("inputs")] object? Inputs,
    [property: JsonPropertyName("query")] string? Query,
    [property: JsonPropertyName("texts")] IReadOnlyList<string>? Texts,
    [property: JsonPropertyName("truncate")] bool? Truncate);
