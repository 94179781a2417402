// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Contracts;
using Inference.Hosting.AspNetCore.OpenAI.Texts;

namespace Inference.Hosting.AspNetCore.OpenAI.Tei;

/// <summary>The routes of Hugging Face's Text Embeddings Inference, for clients that speak its own protocol.</summary>
internal static class TeiEndpoints
{
    public static void Map(
        InferenceRouteGroups groups, EndpointServices services, InferenceOpenAIOptions options, ApiKeys keys, bool hasShortPaths)
    {
        var refuses = keys.Exist || services.Catalog.Models.Any(model => model.Policies.Count > 0);
        var guard = new EndpointGuard(services.Logger);
        var routes = new RouteMapper(
            guard, "Text Embeddings Inference", refuses, TeiErrorFormat.Instance, typeof(TeiErrorBody));
        routes.PostAnyAsJson(
            groups.Inference, "/embed", "Bare embeddings", typeof(TeiRequestBody), typeof(float[][]), keys.Guard(new TeiEmbedEndpoint(services, options).InvokeAsync));
        routes.PostAnyAsJson(
            groups.Inference, "/similarity", "Similarities", typeof(TeiRequestBody), typeof(float[]), keys.Guard(new TeiSimilarityEndpoint(services, options).InvokeAsync));
        routes.PostAnyAsJson(
            groups.Inference, "/predict", "Bare classes", typeof(TeiRequestBody), typeof(object[]), keys.Guard(new TeiPredictEndpoint(services, options).InvokeAsync));
        routes.Get(groups.Inference, "/info", "Model information", typeof(object), keys.Guard(new TeiInfoEndpoint(services, options).GetAsync), 401, 403);
        if (!hasShortPaths)
        {
            // It serves both shapes, and words its errors as those of OpenAI until the body says which one it has.
            new RouteMapper(guard, "Text Embeddings Inference", refuses, OpenAIErrorFormat.Instance, typeof(TeiErrorBody)).PostAnyAsJson(
                groups.Inference, "/rerank", "Bare ranks", typeof(TeiRequestBody), typeof(object[]), keys.Guard(new RerankEndpoint(services, options, isCohere: false).InvokeAsync));
        }
    }
}
