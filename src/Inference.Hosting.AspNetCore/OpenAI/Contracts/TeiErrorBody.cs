// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.OpenAI.Contracts;

/// <summary>The body of a failure on the routes of Text Embeddings Inference.</summary>
internal sealed record TeiErrorBody([property: JsonPropertyName("error")] string Error, [property: JsonPropertyName("error_type")] string ErrorType);
