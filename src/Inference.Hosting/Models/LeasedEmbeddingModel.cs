// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="IEmbeddingModel"/> of whichever version serves.</summary>
internal sealed class LeasedEmbeddingModel(ModelHost host) : LeasedCapability<IEmbeddingModel>(host), IEmbeddingModel
{
    public EmbeddingModelInfo? Info => Current?.Info;

    public ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
        => CallAsync(request, static (model, request, token) => model.EmbedAsync(request, token), cancellationToken);
}
