// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Inference.Hosting.Conformance.Rest;
using Inference.Hosting.Conformance.Tensors;
using Inference.Hosting.Grpc.Protos;

namespace Inference.Hosting.Conformance.Checking;

/// <summary>Asks a server, over whichever door answers, what it is and what it serves.</summary>
internal sealed class Discovery(ConformanceRun run)
{
    /// <summary>A server may hold hundreds of models; the statements are about the server.</summary>
    private const int MostModels = 4;

    /// <summary>Whoever did not answer so many calls in a row is not asked more before the checks begin.</summary>
    private const int Patience = 2;

    private bool AsksRest => run.HasRest && run.Rest.Silences < Patience;

    private bool AsksRpc => run.HasRpc && run.Rpc.Silences < Patience;

    /// <summary>Calls every door once, so that each probe knows whether somebody is there.</summary>
    public async Task KnockAsync()
    {
        if (run.HasRest)
        {
            await TryAsync(() => run.Rest.GetAsync("v2/health/live")).ConfigureAwait(false);
        }

        if (run.HasRpc)
        {
            await TryAsync(run.Rpc.LiveAsync).ConfigureAwait(false);
        }
    }

    public async Task<ServerFacts> FindServerAsync()
        => (AsksRest ? await TryAsync(RestServerAsync).ConfigureAwait(false) : null)
            ?? (AsksRpc ? await TryAsync(RpcServerAsync).ConfigureAwait(false) : null)
            ?? ServerFacts.Unknown;

    public async Task<IReadOnlyList<ServedModel>> FindModelsAsync()
    {
        var models = new List<ServedModel>();
        foreach (var name in run.Options.Models)
        {
            models.Add(await DescribeAsync(new ServedModel(name)).ConfigureAwait(false));
        }

        foreach (var name in ConformanceModels.Names.Except(run.Options.Models))
        {
            if (await DescribeAsync(new ServedModel(name)).ConfigureAwait(false) is { Fault: null } model)
            {
                models.Add(model);
            }
        }

        if (run.Options.Models.Count == 0)
        {
            foreach (var name in (await ListAsync().ConfigureAwait(false)).Except(models.Select(model => model.Name)).Take(MostModels).ToList())
            {
                models.Add(await DescribeAsync(new ServedModel(name)).ConfigureAwait(false));
            }
        }

        return models;
    }

    private async Task<ServedModel> DescribeAsync(ServedModel model)
    {
        var found = (AsksRest && await TryAsync(() => RestDescribeAsync(model)).ConfigureAwait(false) is not null)
            || (AsksRpc && await TryAsync(() => RpcDescribeAsync(model)).ConfigureAwait(false) is not null);
        model.Fault = found ? null : "its metadata could not be read";
        return model;
    }

    private async Task<IReadOnlyList<string>> ListAsync()
        => (AsksRest ? await TryAsync(RestListAsync).ConfigureAwait(false) : null)
            ?? (AsksRpc ? await TryAsync(RpcListAsync).ConfigureAwait(false) : null)
            ?? [];

    private async Task<ServerFacts> RestServerAsync()
    {
        var json = (await run.Rest.GetAsync("v2").ConfigureAwait(false)).Ok().Json();
        return new ServerFacts(Json.String(json, "name"), Json.String(json, "version"), Json.OptionalStrings(json, "extensions"));
    }

    private async Task<ServerFacts> RpcServerAsync()
    {
        var answer = await run.Rpc.ServerMetadataAsync().ConfigureAwait(false);
        return new ServerFacts(answer.Name, answer.Version, [.. answer.Extensions]);
    }

    private async Task<ServedModel> RestDescribeAsync(ServedModel model)
    {
        var json = (await run.Rest.GetAsync(model.Path).ConfigureAwait(false)).Ok().Json();
        model.Versions = Json.OptionalStrings(json, "versions");
        model.Inputs = [.. Json.Array(json, "inputs").Select(Describe)];
        model.Outputs = [.. Json.Array(json, "outputs").Select(Describe)];
        return model;

        static TensorInfo Describe(System.Text.Json.JsonElement tensor)
        {
            var name = Json.String(tensor, "name");
            return new(name, Json.String(tensor, "datatype"), Json.Shape(tensor, name, lowest: -1));
        }
    }

    private async Task<ServedModel> RpcDescribeAsync(ServedModel model)
    {
        var answer = await run.Rpc.ModelMetadataAsync(model.Name).ConfigureAwait(false);
        model.Versions = [.. answer.Versions];
        model.Inputs = [.. answer.Inputs.Select(Describe)];
        model.Outputs = [.. answer.Outputs.Select(Describe)];
        return model;

        static TensorInfo Describe(ModelMetadataResponse.Types.TensorMetadata tensor) => new(tensor.Name, tensor.Datatype, [.. tensor.Shape]);
    }

    private async Task<IReadOnlyList<string>> RestListAsync()
    {
        var json = (await run.Rest.PostAsync("v2/repository/index", new JsonObject()).ConfigureAwait(false)).Ok().Json();
        Expect.That(json.ValueKind == System.Text.Json.JsonValueKind.Array, "the index is no array");
        return [.. json.EnumerateArray().Where(entry => Json.OptionalString(entry, "state") is null or "READY").Select(entry => Json.String(entry, "name")).Distinct()];
    }

    private async Task<IReadOnlyList<string>> RpcListAsync()
    {
        var answer = await run.Rpc.RepositoryIndexAsync(ready: true).ConfigureAwait(false);
        return [.. answer.Models.Select(entry => entry.Name).Distinct()];
    }

    private async Task<T?> TryAsync<T>(Func<Task<T>> ask)
        where T : class
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (Exception) when (!run.Cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
