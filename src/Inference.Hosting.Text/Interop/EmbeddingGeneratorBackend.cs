// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Capabilities;
using Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Interop;

/// <summary>Serves an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>. The generator is the app's, and is not disposed.</summary>
internal sealed class EmbeddingGeneratorBackend(Func<IServiceProvider, IEmbeddingGenerator<string, Embedding<float>>> generator) : IModelBackend
{
    public bool Offers(Type capability) => capability == typeof(IEmbeddingModel);

    public ValueTask<ILoadedModel> LoadAsync(ModelLoadContext context, CancellationToken cancellationToken)
        => new(new EmbeddingGeneratorModel(generator(context.Services), context));
}
