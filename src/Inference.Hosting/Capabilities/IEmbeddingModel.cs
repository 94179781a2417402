// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Texts in, one vector each out. Thread-safe.</summary>
public interface IEmbeddingModel
{
    /// <summary>What the model can do; never loads anything.</summary>
    /// <value>A model that declares nothing, by default. Null while it is not known, because no version is loaded: calls then fail with NotReady.</value>
    EmbeddingModelInfo? Info => EmbeddingModelInfo.Default;

    /// <summary>Embeds all inputs of a request. They may run in several batches, with inputs of other callers; no vector depends on its neighbours.</summary>
    /// <param name="request">The inputs.</param>
    /// <param name="cancellationToken">The caller leaves; inputs that wait cost nothing more.</param>
    /// <returns>As many vectors as inputs, in the same order.</returns>
    /// <exception cref="InferenceException">
    /// InvalidInput (an empty input, one that is too long, a token outside the vocabulary); Unsupported, by parameter; QueueFull; NotReady;
    /// DeadlineExceeded; EngineFailed. One input that fails fails the request.
    /// </exception>
    ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default);
}
