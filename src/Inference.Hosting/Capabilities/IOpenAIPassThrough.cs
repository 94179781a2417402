// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;

/// <summary>
/// A model whose backend speaks OpenAI's protocol itself: bodies of the OpenAI routes reach it, and its answers the client, as they are,
/// fields that nobody here knows included. Thread-safe.
/// </summary>
/// <remarks>
/// Routes prefer it to the other capabilities of the model. A model with a class of its own that implements a capability is never passed
/// through: what the class does would be left out.
/// </remarks>
public interface IOpenAIPassThrough
{
    /// <summary>Whether requests of a route are passed through; others are served by the model's other capabilities, if it has them.</summary>
    /// <param name="route">The path below <c>/v1/</c>, for example <c>chat/completions</c>.</param>
    bool CanPass(string route);

    /// <summary>Sends a request on and waits for the head of its answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">The caller leaves: the call behind is cancelled, in every phase, also while the answer is read.</param>
    /// <returns>The answer, whatever its status; the caller disposes it.</returns>
    /// <exception cref="InferenceException">
    /// With <see cref="InferenceException.Fallback"/>: that model answers instead, by its other capabilities. QueueFull, NotReady, DeadlineExceeded: no server took the request. EngineFailed: a server broke.
    /// </exception>
    ValueTask<PassThroughResponse> SendAsync(PassThroughRequest request, CancellationToken cancellationToken = default);
}
