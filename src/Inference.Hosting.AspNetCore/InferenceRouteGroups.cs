// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Inference.Hosting.AspNetCore;

/// <summary>Where a protocol maps its endpoints, so that the conventions of <c>MapInference</c> reach them.</summary>
public sealed class InferenceRouteGroups
{
    internal InferenceRouteGroups(IEndpointRouteBuilder endpoints, string prefix)
    {
        Prefix = prefix;
        RootHealth = Anonymous(endpoints.MapGroup(""));
        RootInference = endpoints.MapGroup("");
        Health = prefix.Length == 0 ? RootHealth : Anonymous(endpoints.MapGroup(prefix));
        Inference = prefix.Length == 0 ? RootInference : endpoints.MapGroup(prefix);
        Admin = endpoints.MapGroup(prefix);
    }

    /// <summary>What was given to <c>MapInference</c>, or the empty string.</summary>
    public string Prefix { get; }

    /// <summary>Liveness and readiness, under the prefix.</summary>
    public RouteGroupBuilder Health { get; }

    /// <summary>Inference and what describes it, under the prefix.</summary>
    public RouteGroupBuilder Inference { get; }

    /// <summary>What changes the server, under the prefix. Map nothing here that works without a policy.</summary>
    public RouteGroupBuilder Admin { get; }

    /// <summary>As <see cref="Health"/>, without the prefix: for protocols whose paths are fixed, such as gRPC.</summary>
    public RouteGroupBuilder RootHealth { get; }

    /// <summary>As <see cref="Inference"/>, without the prefix: for protocols whose paths are fixed, such as gRPC.</summary>
    public RouteGroupBuilder RootInference { get; }

    // Probes carry no identity, and a fallback policy of the app would turn them away. AllowAnonymous beats any
    // authorization metadata, so it may be added only where nobody asked for authorization.
    private static RouteGroupBuilder Anonymous(RouteGroupBuilder group)
    {
        ((IEndpointConventionBuilder)group).Finally(builder =>
        {
            if (!builder.Metadata.Any(item => item is IAuthorizeData or AuthorizationPolicy or IAuthorizationRequirementData))
            {
                builder.Metadata.Add(new AllowAnonymousAttribute());
            }
        });
        return group;
    }
}
