// SPDX-License-Identifier: Apache-2.0

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>What the protocols share. Our own, so that the app's JSON options neither reach the protocols nor are reached by them.</summary>
[JsonSerializable(typeof(ErrorBody))]
internal sealed partial class HttpJsonContext : JsonSerializerContext
{
    public static HttpJsonContext Wire { get; } = new(CreateOptions());

    /// <summary>Names as they are and text as UTF-8: the bodies are <c>application/json</c>, never part of a page.</summary>
    public static JsonSerializerOptions CreateOptions() => new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
