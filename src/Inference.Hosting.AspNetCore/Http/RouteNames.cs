// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>Names in routes.</summary>
internal static class RouteNames
{
    public const string Model = "model";

    public const string Version = "version";

    /// <summary>The value of a route parameter, or null.</summary>
    /// <remarks>Servers decode paths except for <c>%2F</c>, which names such as <c>org/name</c> need.</remarks>
    public static string? Get(HttpContext context, string parameter)
        => context.GetRouteValue(parameter) is string { Length: > 0 } value
            ? value.Contains('%', StringComparison.Ordinal) ? value.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase) : value
            : null;
}
