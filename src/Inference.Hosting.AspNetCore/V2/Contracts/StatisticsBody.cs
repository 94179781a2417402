// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.V2.Contracts;

/// <summary>The statistics extension of the V2 protocol.</summary>
internal sealed record StatisticsBody(
    [property: JsonPropertyName("model_stats")] IReadOnlyList<ModelStatisticsBody> ModelStats);
