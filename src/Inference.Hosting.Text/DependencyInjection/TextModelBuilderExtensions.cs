// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.DependencyInjection;
using Inference.Hosting.Text;
using Inference.Hosting.Text.Interop;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Serves clients and generators of Microsoft.Extensions.AI as models.</summary>
public static class TextModelBuilderExtensions
{
    /// <summary>Serves the version with a client of the app: its chat model, behind a queue and a limit of calls.</summary>
    /// <param name="builder">The model or version, as of <c>AddChatModel</c>.</param>
    /// <param name="client">The client; thread-safe. It stays the app's: it is not disposed.</param>
    /// <param name="configure">Changes the options; configuration overrides it.</param>
    public static IModelBuilder UseChatClient(this IModelBuilder builder, IChatClient client, Action<ChatClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        return builder.UseChatClient(_ => client, configure);
    }

    /// <summary>Serves the version with a client that is made from the app's services.</summary>
    /// <param name="builder">The model or version, as of <c>AddChatModel</c>.</param>
    /// <param name="create">Gives the client, when the version is loaded and on each reload. It is not disposed: let the app's services own it.</param>
    /// <param name="configure">Changes the options; configuration overrides it.</param>
    public static IModelBuilder UseChatClient(
        this IModelBuilder builder, Func<IServiceProvider, IChatClient> create, Action<ChatClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(create);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ChatClientOptions>, ChatClientOptionsValidator>());
        builder.AddModelOptions<ChatClientOptions>(
            "ChatClient", static (section, options) => section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true));
        if (configure is not null)
        {
            builder.ConfigureModelOptions(configure);
        }

        return builder.UseBackend(_ => new ChatClientBackend(create));
    }

    /// <summary>Serves the version with a generator of the app: its embedding model, behind a queue and a limit of calls.</summary>
    /// <param name="builder">The model or version, as of <c>AddEmbeddingModel</c>.</param>
    /// <param name="generator">The generator; thread-safe. It stays the app's: it is not disposed.</param>
    /// <param name="configure">Changes the options; configuration overrides it.</param>
    public static IModelBuilder UseEmbeddingGenerator(
        this IModelBuilder builder, IEmbeddingGenerator<string, Embedding<float>> generator, Action<EmbeddingGeneratorOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(generator);
        return builder.UseEmbeddingGenerator(_ => generator, configure);
    }

    /// <summary>Serves the version with a generator that is made from the app's services.</summary>
    /// <param name="builder">The model or version, as of <c>AddEmbeddingModel</c>.</param>
    /// <param name="create">Gives the generator, when the version is loaded and on each reload. It is not disposed: let the app's services own it.</param>
    /// <param name="configure">Changes the options; configuration overrides it.</param>
    public static IModelBuilder UseEmbeddingGenerator(
        this IModelBuilder builder,
        Func<IServiceProvider, IEmbeddingGenerator<string, Embedding<float>>> create,
        Action<EmbeddingGeneratorOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(create);
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<EmbeddingGeneratorOptions>, EmbeddingGeneratorOptionsValidator>());
        builder.AddModelOptions<EmbeddingGeneratorOptions>(
            "EmbeddingGenerator", static (section, options) => section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true));
        if (configure is not null)
        {
            builder.ConfigureModelOptions(configure);
        }

        return builder.UseBackend(_ => new EmbeddingGeneratorBackend(create));
    }
}
