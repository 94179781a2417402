// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.OpenAI.Contracts;

/// <summary>Describes the request for OpenAPI documents; it is read by hand.</summary>
internal sealed record ScoreRequestBody(
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("queries")] object Queries,
    [property: JsonPropertyName("documents")] object Documents,
    [property: JsonPropertyName("use_activation")] bool? UseActivation);
