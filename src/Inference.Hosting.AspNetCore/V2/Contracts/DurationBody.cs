// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.V2.Contracts;

internal sealed record DurationBody(
    [property: JsonPropertyName("count")] long Count,
    [property: JsonPropertyName("ns")] long Ns);
