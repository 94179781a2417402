// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI;

/// <summary>Which routes serve which models.</summary>
internal static class ModelKinds
{
    /// <summary>The routes below <c>/v1/</c> that a model serves.</summary>
    public static IEnumerable<string> RoutesOf(IModelCatalog catalog, string model)
    {
        (string Route, object? Capability)[] routes =
        [
            ("chat/completions", catalog.GetCapability<IChatModel>(model)),
            ("responses", catalog.GetCapability<IChatModel>(model)),
            ("completions", catalog.GetCapability<ITextGenerator>(model)),
            ("embeddings", catalog.GetCapability<IEmbeddingModel>(model)),
            ("rerank", catalog.GetCapability<IReranker>(model)),
            ("score", catalog.GetCapability<IReranker>(model)),
            ("classify", catalog.GetCapability<ITextClassifier>(model)),
            ("tokenize", catalog.GetCapability<ITokenCodec>(model)),
            ("detokenize", catalog.GetCapability<ITokenCodec>(model)),
        ];
        var passThrough = catalog.GetCapability<IOpenAIPassThrough>(model);
        return routes.Where(route => route.Capability is not null || passThrough?.CanPass(route.Route) == true).Select(route => route.Route);
    }

    /// <summary>Most tokens that a model takes, by whichever of its capabilities knows; null when unknown.</summary>
    public static int? FindMaxTokens(IModelCatalog catalog, string model)
        => catalog.GetCapability<IChatModel>(model)?.Info?.ContextLength
            ?? catalog.GetCapability<ITextGenerator>(model)?.Info?.ContextLength
            ?? catalog.GetCapability<IEmbeddingModel>(model)?.Info?.MaxInputTokens
            ?? catalog.GetCapability<IReranker>(model)?.Info?.MaxInputTokens
            ?? catalog.GetCapability<ITextClassifier>(model)?.Info?.MaxInputTokens
            ?? catalog.GetCapability<ITokenCodec>(model)?.Info?.MaxModelTokens;

    /// <summary>The refusal of a model on a route that is not for its kind.</summary>
    public static InferenceException Refuse(IModelCatalog catalog, string model, string route)
    {
        var routes = string.Join(", ", RoutesOf(catalog, model).Select(known => "/v1/" + known));
        return new InferenceException(
            InferenceErrorCode.Unsupported,
            routes.Length > 0
                ? $"Model '{model}' does not serve /v1/{route}. It serves {routes}."
                : $"Model '{model}' does not serve /v1/{route}. It takes tensors: ask it over /v2/models/{model}/infer.")
        {
            Parameter = "model",
            Reason = InferenceErrorReasons.ModelNotSupported,
        };
    }
}
