// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.Remote.V2.Facts;

/// <summary>What is used of the metadata of a V2 server.</summary>
internal sealed record ServerFacts
{
    [JsonPropertyName("extensions")]
    public IReadOnlyList<string>? Extensions { get; init; }
}
