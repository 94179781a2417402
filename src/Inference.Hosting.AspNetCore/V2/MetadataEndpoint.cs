// SPDX-License-Identifier: Apache-2.0

using System.Reflection;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.V2.Contracts;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Tensors;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>What the server and its models say of themselves. Loads nothing.</summary>
internal sealed class MetadataEndpoint(EndpointServices services, InferenceRouteGroups groups)
{
    private static readonly ServerMetadataBody _server = new(
        "Inference.Hosting",
        typeof(MetadataEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0",
        ["binary_tensor_data", "classification", "model_configuration", "parameters", "schedule_policy", "statistics"]);

    private static readonly ServerMetadataBody _managedServer =
        _server with { Extensions = [.. _server.Extensions.Append("model_repository").Order(StringComparer.Ordinal)] };

    public Task ServerAsync(HttpContext context)
        => JsonBody.WriteAsync(context, groups.HasAdmin ? _managedServer : _server, V2JsonContext.Wire.ServerMetadataBody);

    public async Task ModelAsync(HttpContext context)
    {
        if (await FindAsync(context) is var (model, metadata))
        {
            var body = new ModelMetadataBody(
                model.Name,
                [.. model.Versions.Select(version => version.Version)],
                metadata.Platform,
                [.. metadata.Inputs.Select(Describe)],
                [.. metadata.Outputs.Select(Describe)],
                metadata.Properties.Count == 0 ? null : metadata.Properties);
            await JsonBody.WriteAsync(context, body, V2JsonContext.Wire.ModelMetadataBody);
        }
    }

    public async Task ConfigAsync(HttpContext context)
    {
        if (await FindAsync(context) is var (model, metadata))
        {
            var batching = ModelAccess.FindVersion(model, RouteNames.Get(context, RouteNames.Version))?.Batching;
            await JsonBody.WriteAsync(context, ModelConfig.Describe(model.Name, metadata, batching), V2JsonContext.Wire.ModelConfigBody);
        }
    }

    private async ValueTask<(ModelInfo Model, ModelMetadata Metadata)?> FindAsync(HttpContext context)
    {
        var model = services.Models.Find(RouteNames.Get(context, RouteNames.Model));
        if (!await ModelAccess.IsAllowedAsync(context, model))
        {
            return null;
        }

        var version = RouteNames.Get(context, RouteNames.Version);

        // A version that was loaded once still knows what it takes, ready or not.
        var info = ModelAccess.FindVersion(model, version) ?? model.Versions.LastOrDefault(known => known.Metadata is not null);
        var own = info is { State: ModelState.Ready } && services.Catalog.GetCapability<ITensorModel>(model.Name) is { } tensors
            ? ModelAccess.MetadataOf(tensors, info)
            : info?.Metadata;
        return (model, own ?? throw ModelAccess.NotReady(model, version));
    }

    private static TensorMetadataBody Describe(TensorSpec spec)
        => new(spec.Name, spec.DataType.ToV2Name(), [.. spec.Shape]);
}
