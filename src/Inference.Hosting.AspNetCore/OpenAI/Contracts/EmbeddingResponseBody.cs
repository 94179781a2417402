// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.OpenAI.Contracts;

/// <summary>Describes the answer for OpenAPI documents; it is written by hand.</summary>
internal sealed record EmbeddingResponseBody(
    [property: JsonPropertyName("object")] string Object,
    [property: JsonPropertyName("data")] IReadOnlyList<object> Data,
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("usage")] object? Usage);
