// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.V2.Contracts;

internal sealed record InferenceStatisticsBody(
    [property: JsonPropertyName("success")] DurationBody Success,
    [property: JsonPropertyName("fail")] DurationBody Fail,
    [property: JsonPropertyName("queue")] DurationBody Queue,
    [property: JsonPropertyName("compute_input")] DurationBody ComputeInput,
    [property: JsonPropertyName("compute_infer")] DurationBody ComputeInfer,
    [property: JsonPropertyName("compute_output")] DurationBody ComputeOutput,
    [property: JsonPropertyName("cache_hit")] DurationBody CacheHit,
    [property: JsonPropertyName("cache_miss")] DurationBody CacheMiss);
