// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting;
using Inference.Hosting.AspNetCore;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI;
using Inference.Hosting.AspNetCore.V1;
using Inference.Hosting.AspNetCore.V2;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the inference protocols.</summary>
public static class InferenceEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Serves all models of the app over the V2 protocol, over the OpenAI routes, over V1 where <see cref="InferenceHttpOptions.EnableV1"/>
    /// says so, and over what other packages of Inference.Hosting add.
    /// </summary>
    /// <param name="endpoints">The app, or a group of it.</param>
    /// <param name="prefix">
    /// What stands before <c>/v2</c> and <c>/v1</c>, for example <c>/inference</c>; nothing by default. With a prefix, unknown paths below it answer 404
    /// with a JSON body; without, they stay the app's.
    /// </param>
    /// <returns>
    /// Conventions given to it reach inference and administration; health has a group of its own. Administration is mapped once
    /// <see cref="InferenceEndpointConventionBuilder.Admin"/> has a policy.
    /// </returns>
    /// <exception cref="InvalidOperationException">A service is missing; the message says which call adds it.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The section <c>Inference:Http</c> has an unknown key or a bad value.</exception>
    public static InferenceEndpointConventionBuilder MapInference(this IEndpointRouteBuilder endpoints, string? prefix = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services = endpoints.ServiceProvider;
        var catalog = services.GetService<IModelCatalog>() ?? throw new InvalidOperationException(
            "There are no models to serve. Call builder.Services.AddModel<T>() or builder.Services.AddModel(name) before app.MapInference().");
        if (catalog.Models.FirstOrDefault(model => model.Policies.Count > 0) is { } guarded
            && services.GetService<IPolicyEvaluator>() is null)
        {
            throw new InvalidOperationException(
                $"Model '{guarded.Name}' requires authorization, but the app has none. Call builder.Services.AddAuthorization() before app.MapInference().");
        }

        var shared = new EndpointServices(services, catalog, InferenceHttpOptionsReader.Read(services));
        var groups = new InferenceRouteGroups(endpoints, Normalize(prefix), shared);
        var openAI = InferenceOpenAIOptionsReader.Read(services);
        V2Endpoints.Map(groups, shared);
        if (shared.Options.EnableV1)
        {
            V1Endpoints.Map(groups, shared);
        }

        if (shared.Options.EnableV1 || openAI.Enabled)
        {
            OpenAIEndpoints.Map(groups, shared, openAI);
        }

        foreach (var protocol in services.GetServices<IProtocolEndpoints>())
        {
            protocol.Map(groups);
        }

        return new InferenceEndpointConventionBuilder(groups);
    }

    private static string Normalize(string? prefix)
        => prefix?.Trim('/') is { Length: > 0 } path ? "/" + path : "";
}
