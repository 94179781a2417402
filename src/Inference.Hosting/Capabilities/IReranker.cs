// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Scores how well documents answer a query. Thread-safe.</summary>
public interface IReranker
{
    /// <summary>What the model can do; never loads anything.</summary>
    /// <value>A model that declares nothing, by default. Null while it is not known, because no version is loaded: calls then fail with NotReady.</value>
    RerankerInfo? Info => RerankerInfo.Default;

    /// <summary>Scores pairs, each for itself.</summary>
    /// <param name="request">The pairs.</param>
    /// <param name="cancellationToken">The caller leaves; pairs that wait cost nothing more.</param>
    /// <returns>As many scores as pairs, in the same order.</returns>
    /// <exception cref="InferenceException">
    /// InvalidInput (an empty text, a pair that is too long, a token outside the vocabulary); Unsupported, by parameter; QueueFull; NotReady;
    /// DeadlineExceeded; EngineFailed. One pair that fails fails the request.
    /// </exception>
    ValueTask<ScoreResult> ScoreAsync(ScoreRequest request, CancellationToken cancellationToken = default);

    /// <summary>Orders documents by how well they answer a query.</summary>
    /// <param name="request">The query and the documents.</param>
    /// <param name="cancellationToken">The caller leaves.</param>
    /// <returns>The best first; of equal scores, the earlier document first.</returns>
    /// <exception cref="InferenceException">As <see cref="ScoreAsync"/>.</exception>
    /// <remarks>By default it scores all pairs and sorts. A backend whose server ranks by itself overrides it.</remarks>
    ValueTask<RerankResult> RerankAsync(RerankRequest request, CancellationToken cancellationToken = default)
        => Ranking.RerankAsync(this, request, cancellationToken);
}
