// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Diagnostics;
using Inference.Hosting.Engines;

namespace Inference.Hosting.Backends;

/// <summary>An engine behind the batcher: one queue, a thread an instance.</summary>
internal sealed class BatchedModel(
    IInferenceEngine engine,
    ModelMetadata metadata,
    BatchQueue queue,
    RequestDoor door,
    EngineThread[] threads,
    BatchMetrics? metrics,
    IDisposable?[] subscriptions) : QueuedModel(metadata, queue, metrics, subscriptions)
{
    /// <summary>For tests.</summary>
    public ResponsePool Responses => door.Responses;

    protected override long? MemoryBytes => engine.MemoryBytes;

    public override ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return door.InferAsync(request, cancellationToken);
    }

    protected override async ValueTask EndInstancesAsync()
    {
        engine.Stop();
        foreach (var thread in threads)
        {
            await thread.Ended.ConfigureAwait(false);
        }
    }

    protected override ValueTask FreeAsync() => engine.DisposeAsync();
}
