// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;

namespace Inference.Hosting.Chaos.Serving;

/// <summary>A backend whose loads are all remembered.</summary>
internal sealed class WatchedBackend(IModelBackend inner, Watch watch) : IModelBackend
{
    public bool Offers(Type capability) => inner.Offers(capability);

    public ValueTask<ModelFiles> OpenFilesAsync(ModelLoadContext context, CancellationToken cancellationToken)
        => inner.OpenFilesAsync(context, cancellationToken);

    public async ValueTask<ILoadedModel> LoadAsync(ModelLoadContext context, CancellationToken cancellationToken)
    {
        var loaded = (BatchedModel)await inner.LoadAsync(context, cancellationToken);
        var watched = new WatchedModel(context.Model, context.Version, loaded, watch);
        watch.Add(watched);
        return watched;
    }
}
