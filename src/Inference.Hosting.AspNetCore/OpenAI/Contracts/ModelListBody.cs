// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.OpenAI.Contracts;

/// <summary>All models: OpenAI's list, and <c>models</c> for KServe's clients where V1 is on.</summary>
internal sealed record ModelListBody(
    [property: JsonPropertyName("object")] string Object,
    [property: JsonPropertyName("data")] IReadOnlyList<ModelBody> Data,
    [property: JsonPropertyName("models")] IReadOnlyList<string>? Models);
