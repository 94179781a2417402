// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.Benchmarks.Chat;

/// <summary>Its choice.</summary>
internal sealed record PlainChoice(
    [property: JsonPropertyName("index")] int Index,
    [property: JsonPropertyName("delta")] PlainDelta Delta,
    [property: JsonPropertyName("logprobs")] object? Logprobs,
    [property: JsonPropertyName("finish_reason")] string? FinishReason);
