// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.V2.Contracts;

/// <summary>Describes the request in OpenAPI documents; requests are read by <see cref="V2RequestReader"/>.</summary>
internal sealed record InferRequestBody(
    [property: JsonPropertyName("id")] string? Id,
    [property: JsonPropertyName("parameters")] IReadOnlyDictionary<string, object>? Parameters,
    [property: JsonPropertyName("inputs")] IReadOnlyList<InferInputBody> Inputs,
    [property: JsonPropertyName("outputs")] IReadOnlyList<InferRequestedOutputBody>? Outputs);
