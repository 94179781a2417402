// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.OpenAI.Contracts;

/// <summary>Describes the request for OpenAPI documents; it is read by hand.</summary>
internal sealed record DetokenizeRequestBody(
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("tokens")] IReadOnlyList<int> Tokens);
