// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.V2.Contracts;

/// <summary>Describes an output in OpenAPI documents.</summary>
internal sealed record InferOutputBody(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("datatype")] string Datatype,
    [property: JsonPropertyName("shape")] IReadOnlyList<long> Shape,
    [property: JsonPropertyName("parameters")] IReadOnlyDictionary<string, object>? Parameters,
    [property: JsonPropertyName("data")] IReadOnlyList<object>? Data);
