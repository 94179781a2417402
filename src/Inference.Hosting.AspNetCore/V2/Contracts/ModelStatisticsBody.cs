// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.V2.Contracts;

/// <summary>One version. Times in nanoseconds, except <c>last_inference</c>: milliseconds since 1970.</summary>
internal sealed record ModelStatisticsBody(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("version")] string Version,
    [property: JsonPropertyName("last_inference")] long LastInference,
    [property: JsonPropertyName("inference_count")] long InferenceCount,
    [property: JsonPropertyName("execution_count")] long ExecutionCount,
    [property: JsonPropertyName("inference_stats")] InferenceStatisticsBody InferenceStats,
    [property: JsonPropertyName("response_stats")] IReadOnlyDictionary<string, object> ResponseStats,
    [property: JsonPropertyName("batch_stats")] IReadOnlyList<BatchStatisticsBody> BatchStats,
    [property: JsonPropertyName("memory_usage")] IReadOnlyList<MemoryUsageBody> MemoryUsage);
