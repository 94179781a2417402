// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="IReranker"/> of whichever version serves.</summary>
internal sealed class LeasedReranker(ModelHost host) : LeasedCapability<IReranker>(host), IReranker
{
    public RerankerInfo? Info => Current?.Info;

    public ValueTask<ScoreResult> ScoreAsync(ScoreRequest request, CancellationToken cancellationToken = default)
        => CallAsync(request, static (model, request, token) => model.ScoreAsync(request, token), cancellationToken);

    public ValueTask<RerankResult> RerankAsync(RerankRequest request, CancellationToken cancellationToken = default)
        => CallAsync(request, static (model, request, token) => model.RerankAsync(request, token), cancellationToken);
}
