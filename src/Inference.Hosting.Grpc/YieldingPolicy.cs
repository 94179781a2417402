// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Inference.Hosting.Grpc;

/// <summary>Lets an endpoint of the app go before one of ours on the same path, where the router would find both and answer nobody.</summary>
/// <remarks>An order would not do: it would put ours behind gRPC's endpoint for unknown services as well.</remarks>
internal sealed class YieldingPolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => 0;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(Yields);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates.IsValidCandidate(i) && Yields(candidates[i].Endpoint) && HasOther(candidates, candidates[i].Endpoint))
            {
                candidates.SetValidity(i, value: false);
            }
        }

        return Task.CompletedTask;
    }

    private static bool HasOther(CandidateSet candidates, Endpoint ours)
    {
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates.IsValidCandidate(i) && !Yields(candidates[i].Endpoint) && PathOf(candidates[i].Endpoint) == PathOf(ours))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Yields(Endpoint endpoint) => endpoint.Metadata.GetMetadata<YieldingMetadata>() is not null;

    private static string? PathOf(Endpoint endpoint) => (endpoint as RouteEndpoint)?.RoutePattern.RawText;
}
