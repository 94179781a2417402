// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Testing;

/// <summary>A reranker that scores by the words which query and document share, or by a function of the test. Thread-safe.</summary>
/// <remarks>By itself it gives the logit 8 · (part of the query's words that the document has) − 4, and its sigmoid as the score. An input has a token for each byte in UTF-8.</remarks>
public sealed class ScriptedReranker : IReranker
{
    private readonly Func<string, string, float> _logit;
    private ScoreRequest? _last;

    /// <summary>A reranker that counts shared words.</summary>
    public ScriptedReranker()
        : this((query, document) => (8 * ScriptedNumbers.Overlap(query, document)) - 4)
    {
    }

    /// <summary>A reranker that scores as told.</summary>
    /// <param name="logit">From query and document to the logit; must be thread-safe. An exception it throws is the caller's.</param>
    public ScriptedReranker(Func<string, string, float> logit)
    {
        ArgumentNullException.ThrowIfNull(logit);
        _logit = logit;
    }

    /// <inheritdoc cref="ScriptedEmbeddingModel.Info"/>
    public RerankerInfo? Info { get; set; } = new() { Features = ScriptedFeatures.Text };

    /// <inheritdoc cref="ScriptedChatModel.Calls"/>
    public ScriptedCalls Calls { get; } = new();

    /// <inheritdoc cref="ScriptedChatModel.LastRequest"/>
    public ScoreRequest? LastRequest => Volatile.Read(ref _last);

    /// <inheritdoc/>
    public ValueTask<ScoreResult> ScoreAsync(ScoreRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Volatile.Write(ref _last, request);
        return Calls.RunAsync(() => Score(request), cancellationToken);
    }

    private ScoreResult Score(ScoreRequest request)
    {
        var info = Info ?? throw ScriptedFeatures.NotLoaded();
        info.Features.EnsureSupports(request.RequiredFeatures);
        var scores = new PairScore[request.Pairs.Count];
        for (var i = 0; i < scores.Length; i++)
        {
            var pair = request.Pairs[i];
            var document = pair.Second ?? "";
            var cutDocument = Math.Max(0, ScriptedTokens.Count(document) - (request.MaxTokensPerDocument ?? int.MaxValue));
            var (kept, cut) = ScriptedTokens.Fit(
                ScriptedTokens.Count(pair) - cutDocument, info.MaxInputTokens, request.Truncation, "documents");
            var logit = _logit(ScriptedTokens.TextOf(pair.First), ScriptedTokens.TextOf(document));
            scores[i] = new PairScore(request.RawScores ? logit : ScriptedNumbers.Sigmoid(logit))
            {
                TokenCount = kept,
                TruncatedTokens = cut + cutDocument,
            };
        }

        return new ScoreResult
        {
            Scores = scores,
            Usage = new TokenUsage
            {
                PromptTokens = scores.Sum(score => score.TokenCount),
                TruncatedTokens = scores.Sum(score => score.TruncatedTokens),
            },
        };
    }
}
