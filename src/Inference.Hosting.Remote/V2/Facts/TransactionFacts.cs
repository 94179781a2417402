// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.Remote.V2.Facts;

/// <summary>How often a model of a V2 server answers.</summary>
internal sealed record TransactionFacts
{
    [JsonPropertyName("decoupled")]
    public bool? IsDecoupled { get; init; }
}
