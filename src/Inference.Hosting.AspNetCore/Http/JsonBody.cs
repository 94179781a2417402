// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>Writes small JSON bodies with a known length.</summary>
internal static class JsonBody
{
    /// <summary>Writes a value; for HEAD only what stands before it.</summary>
    public static async Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        var response = context.Response;
        var body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        response.ContentType = MediaTypes.Json;
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.BodyWriter.WriteAsync(body, context.RequestAborted);
        }
    }
}
