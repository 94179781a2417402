// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Inference.Hosting.Text.Interop;
using Microsoft.Extensions.AI;

namespace Inference.Hosting.Text;

/// <summary>Capabilities as clients and generators of Microsoft.Extensions.AI, outside of a container.</summary>
public static class TextModelExtensions
{
    /// <summary>The model as a client: what a request of Microsoft.Extensions.AI says and no chat here can is refused as Unsupported, by parameter.</summary>
    /// <param name="model">The model. It stays the caller's: disposing the client does nothing.</param>
    /// <param name="name">The model's name, as answers tell it; null for none. Options that ask for another model are refused.</param>
    /// <param name="time">The clock for times of creation; null for the system's.</param>
    /// <returns>A thread-safe client.</returns>
    public static IChatClient AsChatClient(this IChatModel model, string? name = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new ModelChatClient(model, name, time ?? TimeProvider.System);
    }

    /// <summary>The model as a generator.</summary>
    /// <param name="model">The model. It stays the caller's: disposing the generator does nothing.</param>
    /// <param name="name">The model's name, as answers tell it; null for none. Options that ask for another model are refused.</param>
    /// <param name="time">The clock for times of creation; null for the system's.</param>
    /// <returns>A thread-safe generator.</returns>
    public static IEmbeddingGenerator<string, Embedding<float>> AsEmbeddingGenerator(
        this IEmbeddingModel model, string? name = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new ModelEmbeddingGenerator(model, name, time ?? TimeProvider.System);
    }
}
