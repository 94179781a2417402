// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Ranks by scores.</summary>
internal static class Ranking
{
    public static async ValueTask<RerankResult> RerankAsync(
        IReranker reranker, RerankRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var scored = await reranker.ScoreAsync(request.ToScoreRequest(), cancellationToken).ConfigureAwait(false);
        var ranked = scored.Scores.Select((score, index) => new RankedDocument(index, score.Score)
        {
            TokenCount = score.TokenCount,
            TruncatedTokens = score.TruncatedTokens,
        });

        // OrderBy is stable: of equal scores the earlier document stays first.
        return new RerankResult
        {
            Documents = [.. ranked.OrderByDescending(document => document.Score).Take(request.TopN ?? int.MaxValue)],
            Usage = scored.Usage,
            Timing = scored.Timing,
            AdditionalProperties = scored.AdditionalProperties,
        };
    }
}
