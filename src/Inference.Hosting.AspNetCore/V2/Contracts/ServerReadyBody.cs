// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.V2.Contracts;

internal sealed record ServerReadyBody(
    [property: JsonPropertyName("ready")] bool Ready,
    [property: JsonPropertyName("error")] string? Error = null);
