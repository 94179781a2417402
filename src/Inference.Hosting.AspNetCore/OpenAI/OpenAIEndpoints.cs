// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Contracts;

namespace Inference.Hosting.AspNetCore.OpenAI;

/// <summary>The routes under <c>/v1</c> that belong to OpenAI's clients: at present the list of models, which V1 shares.</summary>
internal static class OpenAIEndpoints
{
    public static void Map(InferenceRouteGroups groups, EndpointServices services)
    {
        var routes = new RouteMapper(
            new EndpointGuard(services.Logger), "Models", services.Catalog.Models.Any(model => model.Policies.Count > 0));
        var models = new ModelsEndpoint(services);
        routes.Get(groups.Inference, "/v1/models", "Models", typeof(ModelListBody), models.ListAsync);
        routes.Get(groups.Inference, "/v1/models/{**model}", "Model", typeof(ModelBody), models.GetAsync, 401, 403, 503);
    }
}
