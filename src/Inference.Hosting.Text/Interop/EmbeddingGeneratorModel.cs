// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Capabilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using AI = Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Interop;

/// <summary>A loaded <see cref="AI.IEmbeddingGenerator{TInput, TEmbedding}"/>.</summary>
internal sealed class EmbeddingGeneratorModel : ILoadedModel, IEmbeddingModel
{
    /// <summary>What options and additional properties can say.</summary>
    public const TextFeatures Possible = TextFeatures.Dimensions | TextFeatures.Truncation | TextFeatures.OmitSpecialTokens
        | TextFeatures.Normalize | TextFeatures.PromptName;

    private readonly AI.IEmbeddingGenerator<string, AI.Embedding<float>> _generator;
    private readonly IOptionsMonitor<EmbeddingGeneratorOptions> _options;
    private readonly string _optionsName;
    private readonly ClientCalls _calls;

    public EmbeddingGeneratorModel(AI.IEmbeddingGenerator<string, AI.Embedding<float>> generator, ModelLoadContext context)
    {
        (_generator, _optionsName) = (generator, context.OptionsName);
        _options = context.Services.GetRequiredService<IOptionsMonitor<EmbeddingGeneratorOptions>>();
        _calls = new ClientCalls(context, () => Options.MaxConcurrency);
        Metadata = ClientMetadata.Of(context, "embedding_generator");
    }

    public ModelMetadata Metadata { get; }

    public ModelLoad Load => _calls.Load;

    public ModelStatistics? Statistics => _calls.Statistics;

    public EmbeddingModelInfo Info => new()
    {
        Features = Options.Features,
        Dimensions = Options.Dimensions ?? AI.EmbeddingGeneratorExtensions.GetService<AI.EmbeddingGeneratorMetadata>(_generator)?.DefaultModelDimensions,
        MaxInputTokens = Options.MaxInputTokens,
    };

    private EmbeddingGeneratorOptions Options => _options.Get(_optionsName);

    public object? GetCapability(Type capability) => capability == typeof(IEmbeddingModel) ? this : null;

    public ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default)
        => throw ClientMetadata.NoTensors(Metadata.Name);

    public async ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Options.Features.EnsureSupports(request.RequiredFeatures);
        string[] texts = [.. request.Inputs.Select(input => input.Text)];
        var options = new AI.EmbeddingGenerationOptions { Dimensions = request.Dimensions, AdditionalProperties = EmbeddingFields.Write(request) };
        var call = await _calls.BeginAsync(cancellationToken).ConfigureAwait(false);
        await using var ended = call.ConfigureAwait(false);
        var embeddings = await call.RunAsync(token => _generator.GenerateAsync(texts, options, token)).ConfigureAwait(false);
        var result = call.Read(embeddings, answer => Read(answer, texts.Length));
        call.Succeed();
        return result;
    }

    public ValueTask DisposeAsync() => _calls.DisposeAsync();

    private static EmbeddingResult Read(AI.GeneratedEmbeddings<AI.Embedding<float>> embeddings, int count)
    {
        if (embeddings.Count != count)
        {
            throw new InferenceException(
                InferenceErrorCode.EngineFailed, $"The generator behind the model gave {embeddings.Count} vectors for {count} inputs.");
        }

        foreach (var embedding in embeddings)
        {
            foreach (var value in embedding.Vector.Span)
            {
                if (!float.IsFinite(value))
                {
                    throw new InferenceException(InferenceErrorCode.EngineFailed, "The generator behind the model gave a vector with a number that is not finite.");
                }
            }
        }

        return new EmbeddingResult
        {
            Embeddings = [.. embeddings.Select(embedding => new TextEmbedding(embedding.Vector))],
            Usage = UsageWriter.Read(embeddings.Usage),
            AdditionalProperties = MessageReader.Facts(embeddings.AdditionalProperties),
        };
    }
}
