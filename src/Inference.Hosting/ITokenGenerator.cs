// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting;


/// <summary>Tokens in, tokens out: what text and chat are built on. Thread-safe.</summary>
public interface ITokenGenerator
{
    /// <summary>What the model can do; never loads anything.</summary>
    /// <value>A model that declares nothing, by default. Null while it is not known, because no version is loaded: calls then fail with NotReady.</value>
    GenerationInfo? Info => GenerationInfo.Default;

    /// <summary>Generates tokens for one prompt, step by step.</summary>
    /// <param name="request">The prompt.</param>
    /// <param name="cancellationToken">The caller leaves: the request leaves queue, prompt work and generation. So does ending the enumeration.</param>
    /// <returns>
    /// Tokens of all choices, those of one choice in order. Each choice finishes exactly once; nothing of it follows. Enumerate it once.
    /// A slow reader slows down only itself: generation of its choices pauses when the reader is far behind.
    /// </returns>
    /// <exception cref="InferenceException">
    /// While enumerating. Before the first token: InvalidInput (no token, one outside the vocabulary, more than the context holds),
    /// Unsupported by parameter, QueueFull, NotReady, DeadlineExceeded. At any time: EngineFailed, DeadlineExceeded.
    /// </exception>
    IAsyncEnumerable<GeneratedToken> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken = default);
}
