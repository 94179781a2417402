// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Chat;
using Inference.Hosting.AspNetCore.OpenAI.Completions;
using Inference.Hosting.AspNetCore.OpenAI.Contracts;
using Inference.Hosting.AspNetCore.OpenAI.Responses;
using Inference.Hosting.AspNetCore.OpenAI.Tei;
using Inference.Hosting.AspNetCore.OpenAI.Texts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Inference.Hosting.AspNetCore.OpenAI;

/// <summary>The routes under <c>/v1</c> that belong to OpenAI's clients.</summary>
internal static class OpenAIEndpoints
{
    private const string Root = "/v1";

    public static void Map(InferenceRouteGroups groups, EndpointServices services, InferenceOpenAIOptions options)
    {
        var guard = new EndpointGuard(services.Logger);
        var keys = new ApiKeys(options.ApiKeys);
        var refuses = keys.Exist || services.Catalog.Models.Any(model => model.Policies.Count > 0);
        var models = new ModelsEndpoint(services);

        // KServe's clients look for the text itself.
        var format = services.Options.EnableV1 ? null : OpenAIErrorFormat.Instance;
        var lists = new RouteMapper(guard, "Models", refuses, format, typeof(OpenAIErrorBody));
        MapModels(groups.Inference, Root, models, lists, keys);
        if (!options.Enabled)
        {
            return;
        }

        // What follows the prefix is ours alone; without one it is the app's, which says what of it we may take.
        var isOurs = groups.Prefix.Length > 0;
        var routes = new RouteMapper(guard, "OpenAI", refuses, OpenAIErrorFormat.Instance, typeof(OpenAIErrorBody));
        var shortPaths = isOurs || options.EnableShortPaths ? groups.Inference.MapGroup("").ExcludeFromDescription() : null;
        Post<ChatCompletionRequestBody, ChatCompletionResponseBody>(
            "/v1/chat/completions", "Chat completions", new ChatCompletionsEndpoint(services, options).InvokeAsync);
        Post<CompletionRequestBody, CompletionResponseBody>("/v1/completions", "Completions", new CompletionsEndpoint(services, options).InvokeAsync);
        Post<ResponseRequestBody, ResponseBody>("/v1/responses", "Responses", new ResponsesEndpoint(services, options).InvokeAsync);
        Post<EmbeddingRequestBody, EmbeddingResponseBody>("/v1/embeddings", "Embeddings", new EmbeddingsEndpoint(services, options).InvokeAsync);
        Post<RerankRequestBody, RerankResponseBody>("/v1/rerank", "Reranking", new RerankEndpoint(services, options, isCohere: false).InvokeAsync);
        Post<RerankRequestBody, RerankResponseBody>("/v2/rerank", "Reranking (Cohere's)", new RerankEndpoint(services, options, isCohere: true).InvokeAsync);
        Post<ScoreRequestBody, ScoreResponseBody>("/v1/score", "Scores of pairs", new ScoreEndpoint(services, options).InvokeAsync);
        Post<ClassifyRequestBody, ClassifyResponseBody>("/v1/classify", "Classes of texts", new ClassifyEndpoint(services, options).InvokeAsync);
        Post<TokenizeRequestBody, TokenizeResponseBody>("/v1/tokenize", "Text to tokens", new TokenizeEndpoint(services, options).InvokeAsync);
        Post<DetokenizeRequestBody, DetokenizeResponseBody>("/v1/detokenize", "Tokens to text", new DetokenizeEndpoint(services, options).InvokeAsync);
        if (shortPaths is not null)
        {
            MapModels(shortPaths, "", models, lists, keys);
        }

        if (isOurs || options.EnableHealth)
        {
            MapHealth(groups, services, routes);
        }

        if (isOurs || options.AnswerUnknownPaths)
        {
            MapUnknown(groups, guard);
        }

        if (options.EnableTextEmbeddingsInference)
        {
            TeiEndpoints.Map(groups, services, options, keys, hasShortPaths: shortPaths is not null);
        }

        void Post<TRequest, TResponse>(string pattern, string name, RequestDelegate handler)
        {
            var guarded = keys.Guard(handler);
            routes.PostAnyAsJson(groups.Inference, pattern, name, typeof(TRequest), typeof(TResponse), guarded);
            if (shortPaths is not null && pattern.StartsWith(Root, StringComparison.Ordinal))
            {
                routes.PostAnyAsJson(shortPaths, pattern[Root.Length..], name, typeof(TRequest), typeof(TResponse), guarded);
            }
        }
    }

    private static void MapModels(IEndpointRouteBuilder group, string root, ModelsEndpoint models, RouteMapper routes, ApiKeys keys)
    {
        routes.Get(group, root + "/models", "Models", typeof(ModelListBody), keys.Guard(models.ListAsync), 401);
        routes.Get(group, root + "/models/{**model}", "Model", typeof(ModelBody), keys.Guard(models.GetAsync), 401, 403, 503);
    }

    private static void MapHealth(InferenceRouteGroups groups, EndpointServices services, RouteMapper routes)
    {
        var health = new HealthEndpoint(services);
        routes.Get(groups.Health, "/health", "Readiness", typeof(HealthBody), health.GetAsync, 503);
        routes.Get(groups.Health, "/ping", "Readiness", typeof(HealthBody), health.GetAsync, 503);
    }

    private static void MapUnknown(InferenceRouteGroups groups, EndpointGuard guard)
    {
        var unknown = groups.Inference
            .Map("/v1/{**path}", guard.Wrap(context => ErrorWriter.WriteAsync(
                context, StatusCodes.Status404NotFound, $"There is no route {context.Request.Method} {context.Request.Path}.")))
            .WithMetadata(OpenAIErrorFormat.Instance)
            .WithDisplayName("Unknown OpenAI route")
            .ExcludeFromDescription();
        if (groups.Prefix.Length == 0)
        {
            // After whatever routes the app has below /v1, before its fallback.
            unknown.WithOrder(int.MaxValue - 1);
        }
    }
}
