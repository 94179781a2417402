// SPDX-License-Identifier: Apache-2.0

using Microsoft.Net.Http.Headers;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>Which content types a body may have.</summary>
internal static class MediaTypes
{
    public const string Json = "application/json";

    public const string Binary = "application/octet-stream";

    /// <summary>Whether a body with tensors may come as this. None is fine too: the clients of other servers send none.</summary>
    /// <remarks>Not forms or plain text, which pages of other sites may send with the user's cookies and without asking.</remarks>
    public static bool IsTensors(string? contentType)
        => string.IsNullOrEmpty(contentType)
            || (MediaTypeHeaderValue.TryParse(contentType, out var type)
                && (type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)
                    || type.MediaType.Equals(Binary, StringComparison.OrdinalIgnoreCase)
                    || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)));
}
