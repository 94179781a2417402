// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Inference.Hosting.Remote.V2.Facts;

/// <summary>The body of an error: text, though some servers send more.</summary>
internal sealed record ErrorFacts
{
    [JsonPropertyName("error")]
    public JsonElement Error { get; init; }
}
