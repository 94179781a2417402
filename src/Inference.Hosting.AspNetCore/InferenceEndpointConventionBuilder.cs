// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Builder;

namespace Inference.Hosting.AspNetCore;

/// <summary>Configures the endpoints of <c>MapInference</c>. Conventions given to it reach <see cref="Inference"/> and <see cref="Admin"/>.</summary>
public sealed class InferenceEndpointConventionBuilder : IEndpointConventionBuilder
{
    private readonly IEndpointConventionBuilder _admin;

    internal InferenceEndpointConventionBuilder(InferenceRouteGroups groups)
    {
        Health = Composite.Of(groups.Health, groups.RootHealth);
        Inference = Composite.Of(groups.Inference, groups.RootInference);
        _admin = Composite.Of(groups.Admin, groups.RootAdmin);
        Admin = new AdminConventionBuilder(_admin);
    }

    /// <summary>Liveness and readiness, of the server and of models.</summary>
    /// <value>Anonymous unless a convention given to it, or to an enclosing group, asks for authorization.</value>
    public IEndpointConventionBuilder Health { get; }

    /// <summary>Inference, metadata, configuration and statistics.</summary>
    public IEndpointConventionBuilder Inference { get; }

    /// <summary>What changes the server: index, load and unload of models.</summary>
    /// <value>
    /// Not mapped until a policy is given right here: <c>app.MapInference().Admin.RequireAuthorization("operators")</c>. One that is given to
    /// the whole builder holds here too, but maps nothing: who may ask a model may not therefore unload it.
    /// </value>
    public IEndpointConventionBuilder Admin { get; }

    /// <inheritdoc/>
    public void Add(Action<EndpointBuilder> convention)
    {
        Inference.Add(convention);
        _admin.Add(convention);
    }

    /// <inheritdoc/>
    public void Finally(Action<EndpointBuilder> finallyConvention)
    {
        Inference.Finally(finallyConvention);
        _admin.Finally(finallyConvention);
    }

    private sealed class Composite(params IEndpointConventionBuilder[] builders) : IEndpointConventionBuilder
    {
        // Without a prefix both are one group, which must not be given everything twice.
        public static IEndpointConventionBuilder Of(IEndpointConventionBuilder first, IEndpointConventionBuilder second)
            => ReferenceEquals(first, second) ? first : new Composite(first, second);

        public void Add(Action<EndpointBuilder> convention) => Array.ForEach(builders, builder => builder.Add(convention));

        public void Finally(Action<EndpointBuilder> finallyConvention)
            => Array.ForEach(builders, builder => builder.Finally(finallyConvention));
    }
}
