// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.V2.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>The routes of the V2 protocol (Open Inference Protocol) and its extensions.</summary>
internal static class V2Endpoints
{
    private const string OneModel = "/v2/models/{model}";
    private const string OneRepositoryModel = "/v2/repository/models/{model}";
    private const string OneVersion = "/v2/models/{model}/versions/{version}";

    public static void Map(InferenceRouteGroups groups, EndpointServices services)
    {
        var guard = new EndpointGuard(services.Logger);
        var routes = new RouteMapper(guard, "V2", services.Catalog.Models.Any(model => model.Policies.Count > 0));
        var health = new HealthEndpoint(services);
        var metadata = new MetadataEndpoint(services, groups);
        var statistics = new StatisticsEndpoint(services);
        var infer = new InferEndpoint(services, groups.V2);

        routes.Get(groups.Health, "/v2/health/live", "Server liveness", typeof(ServerLiveBody), HealthEndpoint.LiveAsync);
        routes.Get(groups.Health, "/v2/health/ready", "Server readiness", typeof(ServerReadyBody), health.ReadyAsync, 503);
        routes.Get(groups.Inference, "/v2", "Server metadata", typeof(ServerMetadataBody), metadata.ServerAsync);
        routes.Get(groups.Inference, "/v2/models/stats", "Statistics of all models", typeof(StatisticsBody), statistics.AllAsync);
        foreach (var model in (string[])[OneModel, OneVersion])
        {
            routes.Get(groups.Health, model + "/ready", "Model readiness", typeof(ModelReadyBody), health.ModelReadyAsync, 503);
            routes.Get(groups.Inference, model, "Model metadata", typeof(ModelMetadataBody), metadata.ModelAsync, 401, 403, 503);
            routes.Get(groups.Inference, model + "/config", "Model configuration", typeof(ModelConfigBody), metadata.ConfigAsync, 401, 403, 503);
            routes.Get(groups.Inference, model + "/stats", "Model statistics", typeof(StatisticsBody), statistics.ModelAsync, 401, 403);
            routes.PostTensors(groups.Inference, model + "/infer", "Inference", typeof(InferRequestBody), typeof(InferResponseBody), infer.InvokeAsync);
        }

        MapRepository(groups, services, guard, routes);
        if (groups.Prefix.Length > 0)
        {
            groups.Inference
                .Map("/{**path}", guard.Wrap(context => ErrorWriter.WriteAsync(context, StatusCodes.Status404NotFound, "There is no such route.")))
                .WithDisplayName("Unknown inference route")
                .ExcludeFromDescription();
        }
    }

    private static void MapRepository(InferenceRouteGroups groups, EndpointServices services, EndpointGuard guard, RouteMapper routes)
    {
        var repository = new RepositoryEndpoint(services);
        routes.PostJson(
            groups.Admin, "/v2/repository/index", "Repository index", typeof(RepositoryIndexRequestBody), typeof(RepositoryIndexBody[]), repository.IndexAsync);
        routes.PostJson(
            groups.Admin, OneRepositoryModel + "/load", "Model load", typeof(RepositoryLoadRequestBody), null, repository.LoadAsync, 503);
        routes.PostJson(
            groups.Admin, OneRepositoryModel + "/unload", "Model unload", typeof(RepositoryUnloadRequestBody), null, repository.UnloadAsync);
        foreach (var named in (string[])["index", "models/{model}/load", "models/{model}/unload"])
        {
            groups.Admin
                .Map("/v2/repository/{repository}/" + named, guard.Wrap(RepositoryEndpoint.RefuseNamed))
                .WithDisplayName("Named repository")
                .ExcludeFromDescription();
        }
    }
}
