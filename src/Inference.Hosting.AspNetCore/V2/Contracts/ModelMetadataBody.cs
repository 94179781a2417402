// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.V2.Contracts;

internal sealed record ModelMetadataBody(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("versions")] IReadOnlyList<string> Versions,
    [property: JsonPropertyName("platform")] string Platform,
    [property: JsonPropertyName("inputs")] IReadOnlyList<TensorMetadataBody> Inputs,
    [property: JsonPropertyName("outputs")] IReadOnlyList<TensorMetadataBody> Outputs,
    [property: JsonPropertyName("properties")] IReadOnlyDictionary<string, string>? Properties);
