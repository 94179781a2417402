// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Sorts texts into classes. Thread-safe.</summary>
public interface ITextClassifier
{
    /// <summary>What the model can do; never loads anything.</summary>
    /// <value>A model that declares nothing, by default. Null while it is not known, because no version is loaded: calls then fail with NotReady.</value>
    TextClassifierInfo? Info => TextClassifierInfo.Default;

    /// <summary>Classifies all inputs of a request.</summary>
    /// <param name="request">The inputs.</param>
    /// <param name="cancellationToken">The caller leaves; inputs that wait cost nothing more.</param>
    /// <returns>As many classifications as inputs, in the same order.</returns>
    /// <exception cref="InferenceException">
    /// InvalidInput (an empty input, one that is too long, a token outside the vocabulary); Unsupported, by parameter; QueueFull; NotReady;
    /// DeadlineExceeded; EngineFailed. One input that fails fails the request.
    /// </exception>
    ValueTask<ClassificationResult> ClassifyAsync(ClassificationRequest request, CancellationToken cancellationToken = default);
}
