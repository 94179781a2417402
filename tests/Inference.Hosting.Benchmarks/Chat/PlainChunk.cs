// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.Benchmarks.Chat;

/// <summary>A chunk as an app would write it with the serializer of the framework.</summary>
internal sealed record PlainChunk(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("object")] string Object,
    [property: JsonPropertyName("created")] long Created,
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("system_fingerprint")] string Fingerprint,
    [property: JsonPropertyName("choices")] PlainChoice[] Choices);
