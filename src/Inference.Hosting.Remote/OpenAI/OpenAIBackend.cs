// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Remote.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>Serves a version with servers that speak OpenAI's protocol.</summary>
internal sealed class OpenAIBackend(IServiceProvider services, string optionsName) : IModelBackend
{
    private readonly IOptionsMonitor<OpenAIRemoteOptions> _options = services.GetRequiredService<IOptionsMonitor<OpenAIRemoteOptions>>();

    public bool Offers(Type capability) => (RoutesOf(capability) & _options.Get(optionsName).Routes) != OpenAIRoutes.None;

    /// <summary>Loads even while no server can be reached: the version says so, and serves as soon as one can.</summary>
    public async ValueTask<ILoadedModel> LoadAsync(ModelLoadContext context, CancellationToken cancellationToken)
    {
        OpenAIRemoteOptions Options() => _options.Get(context.OptionsName);
        var engine = new RemoteEngine(
            context, Options, (engine, server, token) => engine.ProbeAsync(server, Options().HealthPath, token));
        try
        {
            await engine.Servers.StartAsync(cancellationToken).ConfigureAwait(false);
            return new OpenAIRemoteModel(context, engine, new OpenAIServer(engine, context.Model, Options));
        }
        catch
        {
            await engine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static OpenAIRoutes RoutesOf(Type capability)
        => capability == typeof(IOpenAIPassThrough) ? OpenAIRoutes.All
            : capability == typeof(IChatModel) ? OpenAIRoutes.Chat
            : capability == typeof(ITextGenerator) ? OpenAIRoutes.Completions
            : capability == typeof(IEmbeddingModel) ? OpenAIRoutes.Embeddings
            : capability == typeof(IReranker) ? OpenAIRoutes.Rerank
            : capability == typeof(ITextClassifier) ? OpenAIRoutes.Classify
            : capability == typeof(ITokenCodec) ? OpenAIRoutes.Tokenize
            : OpenAIRoutes.None;
}
