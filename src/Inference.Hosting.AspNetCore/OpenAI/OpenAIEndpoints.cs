// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Chat;
using Inference.Hosting.AspNetCore.OpenAI.Completions;
using Inference.Hosting.AspNetCore.OpenAI.Contracts;
using Inference.Hosting.AspNetCore.OpenAI.Texts;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.OpenAI;

/// <summary>The routes under <c>/v1</c> that belong to OpenAI's clients.</summary>
internal static class OpenAIEndpoints
{
    public static void Map(InferenceRouteGroups groups, EndpointServices services, InferenceOpenAIOptions options)
    {
        var guard = new EndpointGuard(services.Logger);
        var hasPolicies = services.Catalog.Models.Any(model => model.Policies.Count > 0);
        MapModels(groups, services, new RouteMapper(guard, "Models", hasPolicies, Format(services), typeof(OpenAIErrorBody)));
        if (!options.Enabled)
        {
            return;
        }

        var routes = new RouteMapper(guard, "OpenAI", hasPolicies, OpenAIErrorFormat.Instance, typeof(OpenAIErrorBody));
        Post<ChatCompletionRequestBody, ChatCompletionResponseBody>(
            "/v1/chat/completions", "Chat completions", new ChatCompletionsEndpoint(services, options).InvokeAsync);
        Post<CompletionRequestBody, CompletionResponseBody>("/v1/completions", "Completions", new CompletionsEndpoint(services, options).InvokeAsync);
        Post<EmbeddingRequestBody, EmbeddingResponseBody>("/v1/embeddings", "Embeddings", new EmbeddingsEndpoint(services, options).InvokeAsync);

        void Post<TRequest, TResponse>(string pattern, string name, RequestDelegate handler)
            => routes.PostAnyAsJson(groups.Inference, pattern, name, typeof(TRequest), typeof(TResponse), handler);
    }

    private static void MapModels(InferenceRouteGroups groups, EndpointServices services, RouteMapper routes)
    {
        var models = new ModelsEndpoint(services);
        routes.Get(groups.Inference, "/v1/models", "Models", typeof(ModelListBody), models.ListAsync);
        routes.Get(groups.Inference, "/v1/models/{**model}", "Model", typeof(ModelBody), models.GetAsync, 401, 403, 503);
    }

    // KServe's clients look for the text itself.
    private static OpenAIErrorFormat? Format(EndpointServices services) => services.Options.EnableV1 ? null : OpenAIErrorFormat.Instance;
}
