// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.V2.Contracts;

internal sealed record ServerLiveBody(
    [property: JsonPropertyName("live")] bool Live);
