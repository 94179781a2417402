// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.Http;

internal sealed record ErrorBody([property: JsonPropertyName("error")] string Error);
