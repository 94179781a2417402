// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.V2.Contracts;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>The model repository extension: what there is, in which state; load, reload and unload.</summary>
/// <remarks>The policy of administration lets a caller in; the policies of a model hold beside it, as on every route.</remarks>
internal sealed class RepositoryEndpoint(EndpointServices services)
{
    private readonly V2Repository _repository = new(services.Catalog);

    public static Task RefuseNamed(HttpContext context) => throw V2Repository.RefuseName("Leave the name out of the path.");

    public async Task IndexAsync(HttpContext context)
    {
        var request = await ReadAsync(context);
        List<RepositoryIndexBody> rows = [];
        foreach (var model in services.Catalog.Models)
        {
            if (await ModelAccess.IsVisibleAsync(context, model))
            {
                rows.AddRange(V2Repository.List(model, request.IsReady)
                    .Select(entry => new RepositoryIndexBody(model.Name, entry.Version, entry.State, entry.Reason)));
            }
        }

        await JsonBody.WriteAsync(context, rows, V2JsonContext.Wire.IReadOnlyListRepositoryIndexBody);
    }

    public async Task LoadAsync(HttpContext context)
    {
        if (await FindAsync(context) is { } model)
        {
            await _repository.LoadAsync(model, (await ReadAsync(context)).Parameters, context.RequestAborted);
            context.Response.ContentLength = 0;
        }
    }

    public async Task UnloadAsync(HttpContext context)
    {
        if (await FindAsync(context) is { } model)
        {
            await _repository.UnloadAsync(model, (await ReadAsync(context)).Parameters, context.RequestAborted);
            context.Response.ContentLength = 0;
        }
    }

    private async ValueTask<ModelInfo?> FindAsync(HttpContext context)
    {
        var model = services.Models.Find(RouteNames.Get(context, RouteNames.Model));
        return await ModelAccess.IsAllowedAsync(context, model) ? model : null;
    }

    private async ValueTask<RepositoryRequest> ReadAsync(HttpContext context)
    {
        await using var body = BodyReader.Open(context, services.Options, services.Receiving, services.Time);
        return await RepositoryRequest.ReadAsync(body, services.Options);
    }
}
