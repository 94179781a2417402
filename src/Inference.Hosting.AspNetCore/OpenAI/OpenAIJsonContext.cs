// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Contracts;

namespace Inference.Hosting.AspNetCore.OpenAI;

/// <summary>The small bodies of the routes; the others are written by hand.</summary>
[JsonSerializable(typeof(ModelListBody))]
[JsonSerializable(typeof(ModelBody))]
[JsonSerializable(typeof(OpenAIErrorBody))]
[JsonSerializable(typeof(HealthBody))]
[JsonSerializable(typeof(TeiErrorBody))]
internal sealed partial class OpenAIJsonContext : JsonSerializerContext
{
    public static OpenAIJsonContext Wire { get; } = new(HttpJsonContext.CreateOptions());
}
