// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.V2.Contracts;

internal sealed record BatchStatisticsBody(
    [property: JsonPropertyName("batch_size")] int BatchSize,
    [property: JsonPropertyName("compute_input")] DurationBody ComputeInput,
    [property: JsonPropertyName("compute_infer")] DurationBody ComputeInfer,
    [property: JsonPropertyName("compute_output")] DurationBody ComputeOutput);
