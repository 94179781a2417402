// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.Remote.V2.Facts;

/// <summary>An input or output in the metadata of a V2 server.</summary>
internal sealed record TensorFacts
{
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    [JsonPropertyName("datatype")]
    public string? DataType { get; init; }

    [JsonPropertyName("shape")]
    public IReadOnlyList<long>? Shape { get; init; }
}
