// SPDX-License-Identifier: Apache-2.0

using Google.Protobuf.Collections;
using Grpc.Core;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.V2;
using Inference.Hosting.Grpc.Protos;

namespace Inference.Hosting.Grpc.Services;

/// <summary>The model repository extension: what there is, in which state; load, reload and unload.</summary>
/// <remarks>
/// The policy of administration lets a caller in; the policies of a model hold beside it. KServe's clients send the model's name in field 1,
/// where Triton's have the name of a repository and put the model's into field 2: so they are told apart.
/// </remarks>
internal sealed class RepositoryService(GrpcRuntime runtime)
{
    public async Task<RepositoryIndexResponse> RepositoryIndex(RepositoryIndexRequest request, ServerCallContext context)
    {
        try
        {
            if (request.RepositoryName.Length > 0)
            {
                throw NamedRepository();
            }

            var response = new RepositoryIndexResponse();
            foreach (var model in runtime.Operations.Catalog.Models)
            {
                if (await V2Operations.AuthorizeAsync(context.GetHttpContext(), model) == ModelPermission.Granted)
                {
                    response.Models.AddRange(V2Repository.List(model, request.Ready).Select(entry => new RepositoryIndexResponse.Types.ModelIndex
                    {
                        Name = model.Name,
                        Version = entry.Version,
                        State = entry.State,
                        Reason = entry.Reason,
                    }));
                }
            }

            return response;
        }
        catch (Exception exception)
        {
            throw runtime.Errors.Explain(exception, context);
        }
    }

    public async Task<RepositoryModelLoadResponse> Load(RepositoryModelLoadRequest request, ServerCallContext context)
    {
        try
        {
            var (name, isKServe) = NameOf(request.RepositoryName, request.ModelName);
            var model = await FindAsync(name, context);
            await runtime.Operations.Repository.LoadAsync(model, NamesOf(request.Parameters), context.CancellationToken);
            return isKServe ? new RepositoryModelLoadResponse { ModelName = name, IsLoaded = true } : new RepositoryModelLoadResponse();
        }
        catch (Exception exception)
        {
            throw runtime.Errors.Explain(exception, context);
        }
    }

    public async Task<RepositoryModelUnloadResponse> Unload(RepositoryModelUnloadRequest request, ServerCallContext context)
    {
        try
        {
            var (name, isKServe) = NameOf(request.RepositoryName, request.ModelName);
            var model = await FindAsync(name, context);
            await runtime.Operations.Repository.UnloadAsync(model, NamesOf(request.Parameters), context.CancellationToken);
            return isKServe ? new RepositoryModelUnloadResponse { ModelName = name, IsUnloaded = true } : new RepositoryModelUnloadResponse();
        }
        catch (Exception exception)
        {
            throw runtime.Errors.Explain(exception, context);
        }
    }

    private static (string Name, bool IsKServe) NameOf(string first, string second)
        => second.Length == 0 ? (first, true) : first.Length == 0 ? (second, false) : throw NamedRepository();

    private static InferenceException NamedRepository() => V2Repository.RefuseName("Leave 'repository_name' empty.");

    private static IEnumerable<string> NamesOf(MapField<string, ModelRepositoryParameter> parameters) => parameters
        .Where(parameter => parameter.Value is not { ParameterChoiceCase: ModelRepositoryParameter.ParameterChoiceOneofCase.BoolParam, BoolParam: false })
        .Select(parameter => parameter.Key);

    private async ValueTask<ModelInfo> FindAsync(string name, ServerCallContext context)
    {
        var model = runtime.Operations.FindModel(name);
        var permission = await V2Operations.AuthorizeAsync(context.GetHttpContext(), model);
        return permission == ModelPermission.Granted ? model : throw GrpcErrors.Refuse(model, permission);
    }
}
