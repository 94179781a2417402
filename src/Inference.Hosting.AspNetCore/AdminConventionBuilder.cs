// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Builder;

namespace Inference.Hosting.AspNetCore;

/// <summary>Notes whether the app gives administration a policy of its own, which alone brings its routes into being.</summary>
internal sealed class AdminConventionBuilder(IEndpointConventionBuilder group) : IEndpointConventionBuilder
{
    public void Add(Action<EndpointBuilder> convention) => group.Add(builder =>
    {
        var before = builder.Metadata.Count(InferenceRouteGroups.IsPolicy);
        convention(builder);
        if (builder.Metadata.Count(InferenceRouteGroups.IsPolicy) > before)
        {
            builder.Metadata.Add(AdminPolicyMetadata.Instance);
        }
    });

    public void Finally(Action<EndpointBuilder> finallyConvention) => group.Finally(finallyConvention);
}
