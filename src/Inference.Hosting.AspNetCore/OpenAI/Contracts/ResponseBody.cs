// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.OpenAI.Contracts;

/// <summary>Describes the answer for OpenAPI documents; it is written by hand.</summary>
internal sealed record ResponseBody(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("object")] string Object,
    [property: JsonPropertyName("created_at")] long CreatedAt,
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("output")] IReadOnlyList<object> Output,
    [property: JsonPropertyName("incomplete_details")] object? IncompleteDetails,
    [property: JsonPropertyName("store")] bool Store,
    [property: JsonPropertyName("usage")] object? Usage);
