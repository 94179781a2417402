// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Inference.Hosting.Remote.OpenAI.Reading;
using Inference.Hosting.Remote.OpenAI.Writing;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>Embeddings of a server, in process. Thread-safe.</summary>
internal sealed class OpenAIEmbeddingModel(OpenAIServer server) : IEmbeddingModel
{
    public EmbeddingModelInfo Info => new() { Features = server.Options.TextFeatures };

    public async ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        server.Options.TextFeatures.EnsureSupports(request.RequiredFeatures);
        var body = PoolingWriter.Write(request, server.UpstreamModel);
        return await server.CallAsync(
            "embeddings", body, root => PoolingReader.ReadEmbeddings(root, request.Inputs.Count), cancellationToken).ConfigureAwait(false);
    }
}
