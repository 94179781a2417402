// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.V2.Contracts;

/// <summary>Describes the request in OpenAPI documents; requests are read by <see cref="RepositoryRequest"/>.</summary>
internal sealed record RepositoryUnloadRequestBody(
    [property: JsonPropertyName("parameters")] IReadOnlyDictionary<string, bool>? Parameters);
