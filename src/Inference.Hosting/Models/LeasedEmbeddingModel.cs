// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="IEmbeddingModel"/> of whichever version, or model, serves.</summary>
internal sealed class LeasedEmbeddingModel(CapabilityCalls<IEmbeddingModel> calls) : IEmbeddingModel
{
    public EmbeddingModelInfo? Info => calls.Current?.Info;

    public ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
        => calls.CallAsync(request, static (model, request, token) => model.EmbedAsync(request, token), cancellationToken);
}
