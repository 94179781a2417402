// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>Keeps pages of other sites from sending requests with the identity of whoever looks at them.</summary>
internal static class CrossSite
{
    /// <summary>Whether a POST either comes from no page, or has a content type for which browsers ask the server before they send it.</summary>
    /// <remarks>
    /// Browsers name the page's origin in every POST. Bodies of no type, or of a form's types, they send to any site without asking, cookies
    /// included; what asks first is the app's CORS policy to answer.
    /// </remarks>
    public static bool IsAsked(HttpRequest request)
        => request.Headers.Origin.Count == 0 || MediaTypes.NeedsPreflight(request.ContentType);
}
