// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Grpc.Core;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.V2;
using Inference.Hosting.Grpc.Calls;
using Inference.Hosting.Grpc.Protos;

namespace Inference.Hosting.Grpc.Services;

/// <summary>Inference and what describes it.</summary>
internal sealed class InferenceService(GrpcRuntime runtime) : InferenceDefinition.Base
{
    public Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context)
        => Task.FromResult(new ServerMetadataResponse
        {
            Name = V2Operations.ServerName,
            Version = V2Operations.ServerVersion,
            Extensions = { runtime.Operations.Extensions },
        });

    public Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context)
        => DescribeAsync(request.Name, request.Version, context, ModelDescriptions.Describe);

    public Task<ModelConfigResponse> ModelConfig(ModelConfigRequest request, ServerCallContext context)
        => DescribeAsync(request.Name, request.Version, context, (model, metadata) => new ModelConfigResponse
        {
            Config = ModelDescriptions.Configure(
                model.Name, metadata, V2Operations.FindVersion(model, request.Version.Length == 0 ? null : request.Version)?.Batching),
        });

    public async Task<ModelStatisticsResponse> ModelStatistics(ModelStatisticsRequest request, ServerCallContext context)
    {
        try
        {
            var response = new ModelStatisticsResponse();
            if (request.Name.Length > 0)
            {
                var model = await FindAsync(request.Name, context);
                AddStatistics(response, model, request.Version.Length == 0 ? null : request.Version);
                return response;
            }

            foreach (var model in runtime.Operations.Catalog.Models)
            {
                if (await V2Operations.AuthorizeAsync(context.GetHttpContext(), model) == ModelPermission.Granted)
                {
                    AddStatistics(response, model, null);
                }
            }

            return response;
        }
        catch (Exception exception)
        {
            throw runtime.Errors.Explain(exception, context);
        }
    }

    public async Task<InferAnswer> ModelInfer(InferMessage message, ServerCallContext context)
    {
        // Written after this returns; until then, and if it never is, request and answer live as long as the call.
        var http = context.GetHttpContext();
        http.Response.RegisterForDispose(message);
        try
        {
            InferMessageReader.Open(message);
            var model = message.Model = runtime.Operations.FindModel(message.ModelName);
            if (model.Policies.Count > 0)
            {
                await AuthorizeAsync(model, context);
            }

            var target = runtime.Operations.FindTarget(model, message.ModelVersion);
            InferMessageReader.Read(message, target.Metadata);
            var answer = await runtime.Operations.InferAsync(http, target, message.Request, DeadlineOf(context), context.CancellationToken);
            return message.Answer.Set(answer, message);
        }
        catch (Exception exception)
        {
            throw runtime.Explain(exception, message, context);
        }
    }

    public Task ModelStreamInfer(IAsyncStreamReader<InferMessage> requests, IServerStreamWriter<InferAnswer> answers, ServerCallContext context)
        => new InferStream(runtime, this, requests, answers, context).RunAsync();

    /// <summary>Enumerates the answers to one request of a stream.</summary>
    public async IAsyncEnumerable<V2Answer> StreamAsync(
        InferMessage message, ServerCallContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        InferMessageReader.Open(message);
        var model = message.Model = await FindAsync(message.ModelName, context);
        var target = runtime.Operations.FindTarget(model, message.ModelVersion);
        message.IsDecoupled = target.Metadata?.IsDecoupled == true;
        InferMessageReader.Read(message, target.Metadata);
        var answers = runtime.Operations.InferStreamAsync(
            context.GetHttpContext(), target, message.Request, DeadlineOf(context), cancellationToken);
        await foreach (var answer in answers)
        {
            yield return answer;
        }
    }

    /// <summary>Answers a call that this server does not have.</summary>
    /// <param name="why">What to use instead.</param>
    public static Task<TResponse> Refuse<TResponse>(string why)
        => Task.FromException<TResponse>(new RpcException(new Status(StatusCode.Unimplemented, why)));

    private static DateTimeOffset? DeadlineOf(ServerCallContext context)
        => context.Deadline is var deadline && deadline < DateTime.MaxValue ? new DateTimeOffset(deadline, TimeSpan.Zero) : null;

    private static async ValueTask AuthorizeAsync(ModelInfo model, ServerCallContext context)
    {
        var permission = await V2Operations.AuthorizeAsync(context.GetHttpContext(), model);
        if (permission != ModelPermission.Granted)
        {
            throw GrpcErrors.Refuse(model, permission);
        }
    }

    private async ValueTask<ModelInfo> FindAsync(string name, ServerCallContext context)
    {
        var model = runtime.Operations.FindModel(name);
        await AuthorizeAsync(model, context);
        return model;
    }

    private async Task<TResponse> DescribeAsync<TResponse>(
        string name, string version, ServerCallContext context, Func<ModelInfo, ModelMetadata, TResponse> describe)
    {
        try
        {
            var model = await FindAsync(name, context);
            return describe(model, runtime.Operations.Describe(model, version.Length == 0 ? null : version));
        }
        catch (Exception exception)
        {
            throw runtime.Errors.Explain(exception, context);
        }
    }

    private void AddStatistics(ModelStatisticsResponse response, ModelInfo model, string? version)
    {
        var wanted = version is null ? model.Versions : [V2Operations.FindVersion(model, version)!];
        foreach (var info in wanted)
        {
            if (runtime.Operations.Catalog.GetStatistics(model.Name, info.Version) is { } statistics)
            {
                response.ModelStats.Add(StatisticsDescriptions.Describe(model.Name, info, statistics));
            }
        }
    }
}
