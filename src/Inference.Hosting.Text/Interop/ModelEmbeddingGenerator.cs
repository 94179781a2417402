// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using AI = Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Interop;

/// <summary>An embedding model as <see cref="AI.IEmbeddingGenerator{TInput, TEmbedding}"/>. Thread-safe; owns nothing.</summary>
/// <param name="model">The model.</param>
/// <param name="name">Its name; null when it is not known.</param>
/// <param name="time">The clock for times of creation.</param>
/// <param name="isKnownAs">Whether options may call the model so, besides by its name.</param>
internal sealed class ModelEmbeddingGenerator(
    IEmbeddingModel model, string? name, TimeProvider time, Func<string, bool>? isKnownAs = null) : AI.IEmbeddingGenerator<string, AI.Embedding<float>>
{
    public async Task<AI.GeneratedEmbeddings<AI.Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, AI.EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        ModelId.Check(options?.ModelId, name, isKnownAs);
        TextInput[] inputs = [.. values.Select(TextInput.FromText)];
        if (inputs.Length == 0)
        {
            return [];
        }

        var given = options?.RawRepresentationFactory?.Invoke(this) as EmbeddingRequest;
        var request = (given ?? new EmbeddingRequest { Inputs = inputs }) with { Inputs = inputs };
        request = EmbeddingFields.Apply(request with { Dimensions = request.Dimensions ?? options?.Dimensions }, options?.AdditionalProperties);
        var createdAt = time.GetUtcNow();
        var result = await model.EmbedAsync(request, cancellationToken).ConfigureAwait(false);
        var embeddings = new AI.GeneratedEmbeddings<AI.Embedding<float>>(result.Embeddings.Select(
            embedding => new AI.Embedding<float>(embedding.Vector) { CreatedAt = createdAt, ModelId = name }))
        {
            Usage = UsageWriter.Write(result.Usage),
            AdditionalProperties = MessageWriter.Facts(result.AdditionalProperties),
        };
        return embeddings;
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(AI.EmbeddingGeneratorMetadata) ? new AI.EmbeddingGeneratorMetadata(ModelId.Provider, null, name, model.Info?.Dimensions)
            : serviceType == typeof(EmbeddingModelInfo) ? model.Info
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(model) ? model
            : null;
    }

    public void Dispose()
    {
        // The host owns the model.
    }
}
