// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Contracts;

namespace Inference.Hosting.AspNetCore.OpenAI;

/// <summary>The bodies of the routes under <c>/v1/models</c>.</summary>
[JsonSerializable(typeof(ModelListBody))]
[JsonSerializable(typeof(ModelBody))]
internal sealed partial class OpenAIJsonContext : JsonSerializerContext
{
    public static OpenAIJsonContext Wire { get; } = new(HttpJsonContext.CreateOptions());
}
