// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.V1.Contracts;

/// <summary>Describes the response in OpenAPI documents; responses are written by <see cref="V1ResponseWriter"/>.</summary>
internal sealed record PredictResponseBody(
    [property: JsonPropertyName("predictions")] IReadOnlyList<object> Predictions);
