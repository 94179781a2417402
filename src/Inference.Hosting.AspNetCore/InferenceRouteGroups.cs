// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.V2;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Inference.Hosting.AspNetCore;

/// <summary>Where a protocol maps its endpoints, so that the conventions of <c>MapInference</c> reach them.</summary>
public sealed class InferenceRouteGroups
{
    internal InferenceRouteGroups(IEndpointRouteBuilder endpoints, string prefix, EndpointServices services)
    {
        Prefix = prefix;
        V2 = new V2Operations(services, this);
        RootHealth = Anonymous(endpoints.MapGroup(""));
        RootInference = endpoints.MapGroup("");
        Health = prefix.Length == 0 ? RootHealth : Anonymous(endpoints.MapGroup(prefix));
        Inference = prefix.Length == 0 ? RootInference : endpoints.MapGroup(prefix);
        Admin = OnlyWithPolicy(endpoints.MapGroup(prefix));
        RootAdmin = prefix.Length == 0 ? Admin : OnlyWithPolicy(endpoints.MapGroup(""));
    }

    /// <summary>What was given to <c>MapInference</c>, or the empty string.</summary>
    public string Prefix { get; }

    /// <summary>Liveness and readiness, under the prefix.</summary>
    public RouteGroupBuilder Health { get; }

    /// <summary>Inference and what describes it, under the prefix.</summary>
    public RouteGroupBuilder Inference { get; }

    /// <summary>What changes the server, under the prefix.</summary>
    /// <value>What is mapped here exists only if the app gives <see cref="InferenceEndpointConventionBuilder.Admin"/> a policy; without one, its paths lead nowhere.</value>
    public RouteGroupBuilder Admin { get; }

    /// <summary>As <see cref="Health"/>, without the prefix: for protocols whose paths are fixed, such as gRPC.</summary>
    public RouteGroupBuilder RootHealth { get; }

    /// <summary>As <see cref="Inference"/>, without the prefix: for protocols whose paths are fixed, such as gRPC.</summary>
    public RouteGroupBuilder RootInference { get; }

    /// <summary>As <see cref="Admin"/>, without the prefix: for protocols whose paths are fixed, such as gRPC.</summary>
    public RouteGroupBuilder RootAdmin { get; }

    /// <summary>What the calls of the V2 protocol do, for those who carry them otherwise than over REST.</summary>
    public V2Operations V2 { get; }

    /// <summary>Whether <see cref="Admin"/> has a policy; known once endpoints are made.</summary>
    internal bool HasAdmin { get; private set; }

    /// <summary>Whether metadata of an endpoint asks for authorization.</summary>
    internal static bool IsPolicy(object metadata) => metadata is IAuthorizeData or AuthorizationPolicy or IAuthorizationRequirementData;

    private RouteGroupBuilder OnlyWithPolicy(RouteGroupBuilder group)
    {
        ((IEndpointConventionBuilder)group).Finally(builder =>
        {
            HasAdmin = builder.Metadata.Any(item => item is AdminPolicyMetadata);
            if (!HasAdmin)
            {
                builder.Metadata.Add(new SuppressMatchingMetadata());
                builder.Metadata.Add(new ExcludeFromDescriptionAttribute());
            }
        });
        return group;
    }

    // Probes carry no identity, and a fallback policy of the app would turn them away. AllowAnonymous beats any
    // authorization metadata, so it may be added only where nobody asked for authorization.
    private static RouteGroupBuilder Anonymous(RouteGroupBuilder group)
    {
        ((IEndpointConventionBuilder)group).Finally(builder =>
        {
            if (!builder.Metadata.Any(IsPolicy))
            {
                builder.Metadata.Add(new AllowAnonymousAttribute());
            }
        });
        return group;
    }
}
