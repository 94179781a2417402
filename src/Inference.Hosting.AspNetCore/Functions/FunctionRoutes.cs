// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using Inference.Hosting.AspNetCore.Http;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Functions;

/// <summary>The routes of typed functions.</summary>
internal static class FunctionRoutes
{
    // One for all functions of an app, so that they share one limit of what is being received.
    private static readonly ConditionalWeakTable<IServiceProvider, EndpointServices> _shared = [];

    public static IEndpointConventionBuilder Map<TIn, TOut>(
        IEndpointRouteBuilder endpoints, string pattern, string model, JsonTypeInfo<TIn> item, JsonTypeInfo<TOut> result)
    {
        var services = _shared.GetValue(endpoints.ServiceProvider, static provider => new EndpointServices(
            provider, provider.GetRequiredService<IModelCatalog>(), InferenceHttpOptionsReader.Read(provider)));
        var info = services.Models.Find(model);
        if (info.Policies.Count > 0 && services.Services.GetService<IPolicyEvaluator>() is null)
        {
            throw new InvalidOperationException(
                $"Model '{model}' requires authorization, but the app has none. Call builder.Services.AddAuthorization() before app.MapFunction(…).");
        }

        // A group of its own, since the route is more than one endpoint.
        var group = endpoints.MapGroup("");
        var routes = new RouteMapper(new EndpointGuard(services.Logger), "Functions", info.Policies.Count > 0);
        var endpoint = new FunctionEndpoint<TIn, TOut>(services, info.Name, item, result);
        routes.PostItems(group, pattern, $"Function {info.Name}", typeof(TIn), typeof(TOut), endpoint.InvokeAsync);
        return group;
    }
}
