// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.Remote.V2.Facts;

/// <summary>The metadata of a model on a V2 server. Servers write null for what they do not have.</summary>
internal sealed record ModelFacts
{
    [JsonPropertyName("versions")]
    public IReadOnlyList<string>? Versions { get; init; }

    [JsonPropertyName("platform")]
    public string? Platform { get; init; }

    [JsonPropertyName("inputs")]
    public IReadOnlyList<TensorFacts>? Inputs { get; init; }

    [JsonPropertyName("outputs")]
    public IReadOnlyList<TensorFacts>? Outputs { get; init; }
}
