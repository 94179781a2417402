// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Remote.Servers;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>A version that a server of OpenAI's protocol serves. Thread-safe.</summary>
internal sealed class OpenAIRemoteModel(ModelLoadContext context, RemoteEngine engine, OpenAIServer server) : ILoadedModel
{
    private readonly Dictionary<Type, (OpenAIRoutes Routes, object Instance)> _capabilities = new()
    {
        [typeof(IOpenAIPassThrough)] = (OpenAIRoutes.All, new OpenAIPassThrough(server)),
        [typeof(IChatModel)] = (OpenAIRoutes.Chat, new OpenAIChatModel(server)),
        [typeof(ITextGenerator)] = (OpenAIRoutes.Completions, new OpenAITextGenerator(server)),
        [typeof(IEmbeddingModel)] = (OpenAIRoutes.Embeddings, new OpenAIEmbeddingModel(server)),
        [typeof(IReranker)] = (OpenAIRoutes.Rerank, new OpenAIReranker(server)),
        [typeof(ITextClassifier)] = (OpenAIRoutes.Classify, new OpenAITextClassifier(server)),
        [typeof(ITokenCodec)] = (OpenAIRoutes.Tokenize, new OpenAITokenCodec(server)),
    };

    public ModelMetadata Metadata { get; } = new(context.Model, context.Version, [], [])
    {
        Platform = "openai_remote",
        Devices = ["remote"],
    };

    public ModelLoad Load => engine.Load;

    public ModelStatistics? Statistics => engine.Statistics;

    public string? Unavailable => engine.Unavailable;

    public object? GetCapability(Type capability)
        => _capabilities.TryGetValue(capability, out var known) && (known.Routes & server.Options.Routes) != OpenAIRoutes.None ? known.Instance : null;

    public ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default)
        => throw new InferenceException(
            InferenceErrorCode.Unsupported,
            $"Model '{Metadata.Name}' takes texts, not tensors: use the routes under /v1, or its capabilities in process.");

    public ValueTask DisposeAsync() => engine.DisposeAsync();
}
