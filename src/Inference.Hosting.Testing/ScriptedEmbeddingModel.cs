// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Testing;

/// <summary>An embedding model with numbers that any test can expect: equal texts have equal vectors, other texts have others. Thread-safe.</summary>
/// <remarks>Vectors have the length 1 unless a request or a function of the test says otherwise. An input has a token for each byte in UTF-8.</remarks>
public sealed class ScriptedEmbeddingModel : IEmbeddingModel
{
    private const int DefaultDimensions = 8;

    private readonly Func<string, float[]> _vector;
    private EmbeddingRequest? _last;

    /// <summary>A model whose vectors are computed from the texts.</summary>
    /// <param name="dimensions">Length of the vectors, from 1.</param>
    public ScriptedEmbeddingModel(int dimensions = DefaultDimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        _vector = text => ScriptedNumbers.Vector(text, dimensions);
        Info = NewInfo(dimensions);
    }

    /// <summary>A model whose vectors the test gives.</summary>
    /// <param name="vector">From the text to its vector; must be thread-safe. An exception it throws is the caller's.</param>
    /// <param name="dimensions">Length of the vectors, from 1.</param>
    public ScriptedEmbeddingModel(Func<string, float[]> vector, int dimensions)
    {
        ArgumentNullException.ThrowIfNull(vector);
        _vector = vector;
        Info = NewInfo(dimensions);
    }

    /// <summary>What the model declares, and what requests are checked against; null for a model that is not loaded.</summary>
    /// <value>Everything by default, inputs of any length.</value>
    public EmbeddingModelInfo? Info { get; set; }

    /// <inheritdoc cref="ScriptedChatModel.Calls"/>
    public ScriptedCalls Calls { get; } = new();

    /// <inheritdoc cref="ScriptedChatModel.LastRequest"/>
    public EmbeddingRequest? LastRequest => Volatile.Read(ref _last);

    /// <inheritdoc/>
    public ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Volatile.Write(ref _last, request);
        return Calls.RunAsync(() => Embed(request), cancellationToken);
    }

    private static EmbeddingModelInfo NewInfo(int dimensions) => new()
    {
        Features = ScriptedFeatures.Text,
        Dimensions = dimensions,
        VocabularySize = ScriptedTokens.VocabularySize,
    };

    private EmbeddingResult Embed(EmbeddingRequest request)
    {
        var info = Info ?? throw ScriptedFeatures.NotLoaded();
        info.Features.EnsureSupports(request.RequiredFeatures);
        var embeddings = new TextEmbedding[request.Inputs.Count];
        var usage = 0;
        for (var i = 0; i < embeddings.Length; i++)
        {
            var input = request.Inputs[i];
            var (kept, cut) = ScriptedTokens.Fit(ScriptedTokens.Count(input), info.MaxInputTokens, request.Truncation, "input");
            usage += kept;
            embeddings[i] = new TextEmbedding(Shorten(_vector(ScriptedTokens.TextOf(input)), request))
            {
                TokenCount = kept,
                TruncatedTokens = cut,
            };
        }

        return new EmbeddingResult
        {
            Embeddings = embeddings,
            Usage = new TokenUsage { PromptTokens = usage, TruncatedTokens = embeddings.Sum(embedding => embedding.TruncatedTokens) },
        };
    }

    private static float[] Shorten(float[] vector, EmbeddingRequest request)
    {
        var shorter = request.Dimensions < vector.Length ? vector[..request.Dimensions.Value] : vector;
        return request.Normalize == true || (request.Normalize is null && shorter.Length < vector.Length)
            ? ScriptedNumbers.Normalize(shorter)
            : shorter;
    }
}
