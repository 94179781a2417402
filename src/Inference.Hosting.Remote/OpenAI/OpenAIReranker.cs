// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Inference.Hosting.Remote.OpenAI.Reading;
using Inference.Hosting.Remote.OpenAI.Writing;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>Ranks and scores of a server, in process. Thread-safe.</summary>
internal sealed class OpenAIReranker(OpenAIServer server) : IReranker
{
    public RerankerInfo Info => new() { Features = server.Options.TextFeatures };

    public async ValueTask<ScoreResult> ScoreAsync(ScoreRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        server.Options.TextFeatures.EnsureSupports(request.RequiredFeatures);
        var body = PoolingWriter.Write(request, server.UpstreamModel);
        return await server.CallAsync(
            "score", body, root => PoolingReader.ReadScores(root, request.Pairs.Count), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<RerankResult> RerankAsync(RerankRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        server.Options.TextFeatures.EnsureSupports(request.RequiredFeatures);
        var body = PoolingWriter.Write(request, server.UpstreamModel);
        return await server.CallAsync("rerank", body, PoolingReader.ReadRanks, cancellationToken).ConfigureAwait(false);
    }
}
