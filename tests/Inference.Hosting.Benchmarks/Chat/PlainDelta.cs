// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.Benchmarks.Chat;

/// <summary>What the choice adds.</summary>
internal sealed record PlainDelta([property: JsonPropertyName("content")] string? Content);
