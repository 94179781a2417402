// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.Remote.V2.Facts;

/// <summary>An input or output in the configuration of a V2 server: of one row, where the model batches.</summary>
internal sealed record ConfigTensorFacts
{
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    [JsonPropertyName("dims")]
    public IReadOnlyList<long>? Dims { get; init; }

    [JsonPropertyName("optional")]
    public bool? IsOptional { get; init; }
}
