// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.V2.Contracts;

/// <summary>Describes the response in OpenAPI documents; responses are written by <see cref="V2ResponseWriter"/>.</summary>
internal sealed record InferResponseBody(
    [property: JsonPropertyName("id")] string? Id,
    [property: JsonPropertyName("model_name")] string ModelName,
    [property: JsonPropertyName("model_version")] string? ModelVersion,
    [property: JsonPropertyName("parameters")] IReadOnlyDictionary<string, object>? Parameters,
    [property: JsonPropertyName("outputs")] IReadOnlyList<InferOutputBody> Outputs);
