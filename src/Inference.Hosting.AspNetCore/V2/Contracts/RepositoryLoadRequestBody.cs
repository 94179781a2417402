// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.V2.Contracts;

/// <summary>Describes the request in OpenAPI documents: an object without properties, since every parameter is refused by its name.</summary>
internal sealed record RepositoryLoadRequestBody;
