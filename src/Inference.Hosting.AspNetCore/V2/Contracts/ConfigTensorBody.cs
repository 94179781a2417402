// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.V2.Contracts;

/// <summary>Without the batch dimension where the model batches.</summary>
internal sealed record ConfigTensorBody(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("data_type")] string DataType,
    [property: JsonPropertyName("dims")] IReadOnlyList<long> Dims,
    [property: JsonPropertyName("optional")] bool? Optional);
