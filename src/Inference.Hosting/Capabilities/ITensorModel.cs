// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;

/// <summary>Tensors in, tensors out: what the V2 and V1 routes serve. Thread-safe.</summary>
public interface ITensorModel
{
    /// <summary>What the model takes and gives where that differs from its backend's graph; null when it does not.</summary>
    ModelMetadata? Metadata => null;

    /// <summary>Queues the rows of one request and completes with the same rows of the outputs.</summary>
    /// <param name="request">Inputs as the metadata names them, each of shape [rows, …]; its buffers may be reused once the call completes.</param>
    /// <param name="cancellationToken">The caller leaves: the request leaves queue and batch, and costs nothing beyond a run that has begun.</param>
    /// <returns>Outputs in pooled memory, owned by the caller until <see cref="InferenceResponse.Dispose"/>. Await it once.</returns>
    /// <exception cref="InferenceException">
    /// InvalidInput before anything is queued; QueueFull at once, with the time to retry; NotReady; NotFound; DeadlineExceeded; EngineFailed for these rows only.
    /// </exception>
    ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default);
}
