// SPDX-License-Identifier: Apache-2.0

using Microsoft.Net.Http.Headers;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>Which content types a body may have.</summary>
internal static class MediaTypes
{
    public const string Json = "application/json";

    public const string Binary = "application/octet-stream";

    // What curl -d says of whatever it sends; the examples of every V2 server are written so.
    private const string Form = "application/x-www-form-urlencoded";

    /// <summary>Whether a body with tensors may come as this. None is fine too: the clients of other servers send none.</summary>
    public static bool IsTensors(string? contentType) => Is(contentType, Binary) || IsJson(contentType);

    /// <summary>Whether a body of JSON alone may come as this.</summary>
    public static bool IsJson(string? contentType)
        => string.IsNullOrEmpty(contentType) || Is(contentType, Form) || IsNamedJson(contentType);

    /// <summary>Whether a browser asks the server before it sends this to another site.</summary>
    public static bool NeedsPreflight(string? contentType) => Is(contentType, Binary) || IsNamedJson(contentType);

    private static bool IsNamedJson(string? contentType)
        => Is(contentType, Json)
            || (MediaTypeHeaderValue.TryParse(contentType, out var type) && type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));

    private static bool Is(string? contentType, string mediaType)
        => MediaTypeHeaderValue.TryParse(contentType, out var type) && type.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase);
}
