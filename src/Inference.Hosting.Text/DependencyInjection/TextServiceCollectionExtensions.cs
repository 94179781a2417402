// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Text.Interop;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Gives models out as clients and generators of Microsoft.Extensions.AI.</summary>
public static class TextServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="IChatClient"/> for every chat model and <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/> for every embedding model:
    /// keyed by the model's name or an alias, and without a key for the model that is <c>AsDefault()</c>. May be called before or after models
    /// are added, and more than once.
    /// </summary>
    /// <param name="services">The app's services. Clients and generators that the app registers by itself, under keys of their own, go before.</param>
    /// <returns>The same services.</returns>
    /// <remarks>What is resolved for a name that no model has, or without a key while no such model is the default, throws <see cref="InvalidOperationException"/>.</remarks>
    public static IServiceCollection AddInferenceText(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ModelClients>();
        services.TryAddKeyedSingleton<IChatClient>(
            KeyedService.AnyKey, (provider, key) => provider.GetRequiredService<ModelClients>().ChatClient(key));
        services.TryAddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>>(
            KeyedService.AnyKey, (provider, key) => provider.GetRequiredService<ModelClients>().EmbeddingGenerator(key));
        services.TryAddSingleton<IChatClient>(provider => provider.GetRequiredService<ModelClients>().DefaultChatClient());
        services.TryAddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(
            provider => provider.GetRequiredService<ModelClients>().DefaultEmbeddingGenerator());
        return services;
    }
}
