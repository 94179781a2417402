// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.V2.Contracts;

/// <summary>Describes a requested output in OpenAPI documents.</summary>
internal sealed record InferRequestedOutputBody(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("parameters")] IReadOnlyDictionary<string, object>? Parameters);
