// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.OpenAI.Contracts;

/// <summary>One model: OpenAI's object, and <c>name</c> and <c>ready</c> for KServe's clients where V1 is on.</summary>
internal sealed record ModelBody(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("object")] string Object,
    [property: JsonPropertyName("created")] long Created,
    [property: JsonPropertyName("owned_by")] string OwnedBy,
    [property: JsonPropertyName("root")] string Root)
{
    [JsonPropertyName("max_model_len")]
    public int? MaxModelLength { get; init; }

    [JsonPropertyName("name")]
    public string? Name { get; init; }

    [JsonPropertyName("ready")]
    public bool? Ready { get; init; }

    [JsonPropertyName("error")]
    public string? Error { get; init; }
}
