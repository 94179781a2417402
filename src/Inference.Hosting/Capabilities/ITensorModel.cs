// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;

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

    /// <summary>Answers one request as often as the model does: once, unless its metadata says <see cref="ModelMetadata.IsDecoupled"/>.</summary>
    /// <param name="request">As for <see cref="InferAsync"/>; its buffers may be reused once the enumeration has ended.</param>
    /// <param name="cancellationToken">The caller leaves. So does ending the enumeration.</param>
    /// <returns>
    /// Answers in the order the model gives them, each owned by the caller until <see cref="InferenceResponse.Dispose"/>. Enumerate it once.
    /// A slow reader slows down only itself: the model makes the next answer when it is asked for.
    /// </returns>
    /// <remarks>The <see cref="InferenceContext"/> that counts is the one that is current while it is enumerated.</remarks>
    /// <exception cref="InferenceException">While enumerating; as for <see cref="InferAsync"/>, after some answers as well as before the first.</exception>
    async IAsyncEnumerable<InferenceResponse> InferStreamAsync(
        InferenceRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        yield return await InferAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
