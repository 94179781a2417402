// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.OpenAI.Contracts;

/// <summary>Describes the request for OpenAPI documents; it is read by hand.</summary>
internal sealed record RerankRequestBody(
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("query")] string Query,
    [property: JsonPropertyName("documents")] IReadOnlyList<object> Documents,
    [property: JsonPropertyName("top_n")] int? TopN,
    [property: JsonPropertyName("return_documents")] bool? ReturnDocuments,
    [property: JsonPropertyName("max_tokens_per_doc")] int? MaxTokensPerDocument);
