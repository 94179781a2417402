// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;

namespace Inference.Hosting.Backends;

/// <summary>Serves an engine on this machine through queue, scheduler and instance threads.</summary>
public sealed class BatchedBackend(
    Func<ModelLoadContext, CancellationToken, ValueTask<IInferenceEngine>> load,
    Func<ModelLoadContext, ModelFiles>? openFiles = null) : IModelBackend
{
    /// <inheritdoc/>
    public ValueTask<ModelFiles> OpenFilesAsync(ModelLoadContext context, CancellationToken cancellationToken)
        => new(openFiles?.Invoke(context) ?? ModelFiles.None);

    /// <inheritdoc/>
    public async ValueTask<ILoadedModel> LoadAsync(ModelLoadContext context, CancellationToken cancellationToken)
    {
        await load(context, cancellationToken).ConfigureAwait(false);
        throw new NotSupportedException();
    }
}
