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
    public static bool IsTensors(string? contentType)
        => string.IsNullOrEmpty(contentType)
            || (MediaTypeHeaderValue.TryParse(contentType, out var type)
                && (type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)
                    || type.MediaType.Equals(Binary, StringComparison.OrdinalIgnoreCase)
                    || type.MediaType.Equals(Form, StringComparison.OrdinalIgnoreCase)
                    || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)));
}
