// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Diagnostics;

namespace Inference.Hosting.Backends;

/// <summary>A typed function behind the batcher.</summary>
internal sealed class ItemModel<TIn, TOut>(
    ModelMetadata metadata,
    BatchQueue queue,
    ItemDoor<TIn, TOut> door,
    ItemLoop<TIn, TOut>[] loops,
    Task[] ends,
    BatchMetrics? metrics,
    IDisposable?[] subscriptions) : QueuedModel(metadata, queue, metrics, subscriptions)
{
    public override ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default)
        => ValueTask.FromException<InferenceResponse>(new InferenceException(
            InferenceErrorCode.Unsupported,
            $"Model '{Metadata.Name}' takes items of {typeof(TIn).Name} and no tensors: call the route that the app has mapped for it."));

    public override object? GetCapability(Type capability) => capability == typeof(IBatchFunction<TIn, TOut>) ? door : null;

    protected override async ValueTask EndInstancesAsync()
    {
        foreach (var loop in loops)
        {
            loop.Stop();
        }

        await Task.WhenAll(ends).ConfigureAwait(false);
    }
}
