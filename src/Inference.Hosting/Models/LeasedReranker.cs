// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="IReranker"/> of whichever version, or model, serves.</summary>
internal sealed class LeasedReranker(CapabilityCalls<IReranker> calls) : IReranker
{
    public RerankerInfo? Info => calls.Current?.Info;

    public ValueTask<ScoreResult> ScoreAsync(ScoreRequest request, CancellationToken cancellationToken = default)
        => calls.CallAsync(request, static (model, request, token) => model.ScoreAsync(request, token), cancellationToken);

    public ValueTask<RerankResult> RerankAsync(RerankRequest request, CancellationToken cancellationToken = default)
        => calls.CallAsync(request, static (model, request, token) => model.RerankAsync(request, token), cancellationToken);
}
