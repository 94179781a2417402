// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.OpenAI.Contracts;

/// <summary>A server that can serve.</summary>
internal sealed record HealthBody([property: JsonPropertyName("status")] string Status);
