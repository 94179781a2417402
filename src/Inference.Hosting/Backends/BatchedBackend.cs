// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;

namespace Inference.Hosting.Backends;

/// <summary>Serves an engine of this machine behind a queue that batches: the backend of ONNX Runtime and of C# functions.</summary>
/// <remarks>
/// Options come from the host's services by the model's name; without any, their defaults count. Each instance of the engine gets a thread
/// of its own.
/// </remarks>
/// <param name="load">Loads the engine, off the request path; called again on each reload.</param>
/// <param name="openFiles">Opens the version's files for assets; null when it has none.</param>
public sealed class BatchedBackend(
    Func<ModelLoadContext, CancellationToken, ValueTask<IInferenceEngine>> load,
    Func<ModelLoadContext, ModelFiles>? openFiles = null) : IModelBackend
{
    private readonly Func<ModelLoadContext, CancellationToken, ValueTask<IInferenceEngine>> _load =
        load ?? throw new ArgumentNullException(nameof(load));

    /// <inheritdoc/>
    public ValueTask<ModelFiles> OpenFilesAsync(ModelLoadContext context, CancellationToken cancellationToken)
        => new(openFiles?.Invoke(context) ?? ModelFiles.None);

    /// <inheritdoc/>
    public async ValueTask<ILoadedModel> LoadAsync(ModelLoadContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var engine = await _load(context, cancellationToken).ConfigureAwait(false);
        return await new BatchedModelLoader(context, engine).LoadAsync(cancellationToken).ConfigureAwait(false);
    }
}
