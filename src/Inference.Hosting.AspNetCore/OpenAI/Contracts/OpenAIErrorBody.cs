// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.OpenAI.Contracts;

/// <summary>The body of every failure.</summary>
internal sealed record OpenAIErrorBody([property: JsonPropertyName("error")] OpenAIErrorDetails Error);
