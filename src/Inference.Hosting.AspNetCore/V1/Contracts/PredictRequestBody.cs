// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.V1.Contracts;

/// <summary>Describes the request in OpenAPI documents; requests are read by <see cref="V1RequestReader"/>.</summary>
internal sealed record PredictRequestBody(
    [property: JsonPropertyName("instances")] IReadOnlyList<object>? Instances,
    [property: JsonPropertyName("inputs")] object? Inputs);
