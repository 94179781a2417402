// SPDX-License-Identifier: Apache-2.0

using System.Reflection;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.V2.Contracts;
using Inference.Hosting.Tensors;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>What the server and its models say of themselves. Loads nothing.</summary>
internal sealed class MetadataEndpoint(EndpointServices services, InferenceRouteGroups groups)
{
    internal static ServerMetadataBody Server { get; } = new(
        "Inference.Hosting",
        typeof(MetadataEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0",
        ["binary_tensor_data", "classification", "model_configuration", "parameters", "schedule_policy", "statistics"]);

    /// <summary>The same where administration is mapped.</summary>
    internal static ServerMetadataBody ManagedServer { get; } =
        Server with { Extensions = [.. Server.Extensions.Append("model_repository").Order(StringComparer.Ordinal)] };

    public Task ServerAsync(HttpContext context)
        => JsonBody.WriteAsync(context, groups.HasAdmin ? ManagedServer : Server, V2JsonContext.Wire.ServerMetadataBody);

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

        return (model, services.Models.Describe(model, RouteNames.Get(context, RouteNames.Version)));
    }

    private static TensorMetadataBody Describe(TensorSpec spec)
        => new(spec.Name, spec.DataType.ToV2Name(), [.. spec.Shape]);
}
