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
                    response.Models.AddRange(model.Versions
                        .Where(version => !request.Ready || version.State == ModelState.Ready)
                        .Select(version => Describe(model.Name, version)));
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
            Refuse(request.Parameters, parameter => parameter == "config" || parameter.StartsWith("file:", StringComparison.Ordinal)
                ? $"a model is loaded as the app configures it. Change its files, or its keys below Inference:Models:{model.Name}, and load it again without parameters"
                : "loading takes no parameters");
            await WaitAsync(runtime.Operations.Catalog.LoadAsync(model.Name), context);
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
            Refuse(request.Parameters, parameter => parameter == "unload_dependents"
                ? "each model is unloaded by its own name. Leave it out, or send false"
                : "unloading takes no parameter but 'unload_dependents': false");
            await WaitAsync(runtime.Operations.Catalog.UnloadAsync(model.Name), context);
            return isKServe ? new RepositoryModelUnloadResponse { ModelName = name, IsUnloaded = true } : new RepositoryModelUnloadResponse();
        }
        catch (Exception exception)
        {
            throw runtime.Errors.Explain(exception, context);
        }
    }

    private static (string Name, bool IsKServe) NameOf(string first, string second)
        => second.Length == 0 ? (first, true) : first.Length == 0 ? (second, false) : throw NamedRepository();

    private static InferenceException NamedRepository() => new(
        InferenceErrorCode.Unsupported, "There is one repository, and it has no name: the models of the app. Leave 'repository_name' empty.");

    private static void Refuse(MapField<string, ModelRepositoryParameter> parameters, Func<string, string> explain)
    {
        foreach (var (name, value) in parameters)
        {
            if (value is not { ParameterChoiceCase: ModelRepositoryParameter.ParameterChoiceOneofCase.BoolParam, BoolParam: false })
            {
                throw new InferenceException(InferenceErrorCode.Unsupported, $"Parameter '{name}' is not supported: {explain(name)}.")
                {
                    Parameter = name,
                };
            }
        }
    }

    // What was begun goes on when the caller leaves: half a load helps nobody, and the log and the index tell how it ended.
    private static async Task WaitAsync(Task change, ServerCallContext context)
    {
        try
        {
            await change.WaitAsync(context.CancellationToken);
        }
        catch (OperationCanceledException) when (!change.IsCompleted)
        {
            _ = change.ContinueWith(
                static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
    }

    private static RepositoryIndexResponse.Types.ModelIndex Describe(string name, ModelVersionInfo version) => new()
    {
        Name = name,
        Version = version.Version,
        State = version.State switch
        {
            ModelState.Ready => "READY",
            ModelState.Loading => "LOADING",
            ModelState.Draining => "UNLOADING",
            _ => "UNAVAILABLE",
        },
        Reason = version.Reason ?? (version.State == ModelState.Unloaded ? "The model is not loaded." : ""),
    };

    private async ValueTask<ModelInfo> FindAsync(string name, ServerCallContext context)
    {
        var model = runtime.Operations.FindModel(name);
        var permission = await V2Operations.AuthorizeAsync(context.GetHttpContext(), model);
        return permission == ModelPermission.Granted ? model : throw GrpcErrors.Refuse(model, permission);
    }
}
