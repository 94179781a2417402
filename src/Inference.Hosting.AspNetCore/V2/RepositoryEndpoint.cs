// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.V2.Contracts;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>The model repository extension: what there is, in which state; load, reload and unload.</summary>
/// <remarks>The policy of administration lets a caller in; the policies of a model hold beside it, as on every route.</remarks>
internal sealed class RepositoryEndpoint(EndpointServices services)
{
    public static Task RefuseNamed(HttpContext context) => throw new InferenceException(
        InferenceErrorCode.Unsupported, "There is one repository, and it has no name: the models of the app. Leave the name out of the path.");

    public async Task IndexAsync(HttpContext context)
    {
        var request = await ReadAsync(context);
        List<RepositoryIndexBody> rows = [];
        foreach (var model in services.Catalog.Models)
        {
            if (await ModelAccess.IsVisibleAsync(context, model))
            {
                rows.AddRange(model.Versions
                    .Where(version => !request.IsReady || version.State == ModelState.Ready)
                    .Select(version => Describe(model.Name, version)));
            }
        }

        await JsonBody.WriteAsync(context, rows, V2JsonContext.Wire.IReadOnlyListRepositoryIndexBody);
    }

    public async Task LoadAsync(HttpContext context)
    {
        if (await FindAsync(context) is { } model)
        {
            Refuse(await ReadAsync(context), name => name == "config" || name.StartsWith("file:", StringComparison.Ordinal)
                ? $"a model is loaded as the app configures it. Change its files, or its keys below Inference:Models:{model.Name}, and load it again without parameters"
                : "loading takes no parameters");
            await WaitAsync(context, services.Catalog.LoadAsync(model.Name));
        }
    }

    public async Task UnloadAsync(HttpContext context)
    {
        if (await FindAsync(context) is { } model)
        {
            Refuse(await ReadAsync(context), name => name == "unload_dependents"
                ? "each model is unloaded by its own name. Leave it out, or send false"
                : "unloading takes no parameter but 'unload_dependents': false");
            await WaitAsync(context, services.Catalog.UnloadAsync(model.Name));
        }
    }

    private static void Refuse(RepositoryRequest request, Func<string, string> explain)
    {
        if (request.Parameters is [var name, ..])
        {
            throw new InferenceException(InferenceErrorCode.Unsupported, $"Parameter '{name}' is not supported: {explain(name)}.")
            {
                Parameter = name,
            };
        }
    }

    // What was begun goes on when the caller leaves: half a load helps nobody, and the log and the index tell how it ended.
    private static async Task WaitAsync(HttpContext context, Task change)
    {
        try
        {
            await change.WaitAsync(context.RequestAborted);
        }
        catch (OperationCanceledException) when (!change.IsCompleted)
        {
            _ = change.ContinueWith(
                static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
        catch (OperationCanceledException exception)
        {
            throw new InferenceException(InferenceErrorCode.NotReady, "The server is shutting down.", exception);
        }

        context.Response.ContentLength = 0;
    }

    private static RepositoryIndexBody Describe(string name, ModelVersionInfo version) => new(
        name,
        version.Version,
        version.State switch
        {
            ModelState.Ready => "READY",
            ModelState.Loading => "LOADING",
            ModelState.Draining => "UNLOADING",
            _ => "UNAVAILABLE",
        },
        version.Reason ?? (version.State == ModelState.Unloaded ? "The model is not loaded." : ""));

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
