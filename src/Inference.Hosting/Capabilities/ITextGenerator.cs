// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Goes on with texts. Thread-safe.</summary>
public interface ITextGenerator
{
    /// <summary>What the model can do; never loads anything.</summary>
    /// <value>A model that declares nothing, by default. Null while it is not known, because no version is loaded: calls then fail with NotReady.</value>
    GenerationInfo? Info => GenerationInfo.Default;

    /// <summary>Answers step by step, as tokens come.</summary>
    /// <param name="request">The prompts.</param>
    /// <param name="cancellationToken">The caller leaves: the request leaves queue, prompt work and generation. So does ending the enumeration.</param>
    /// <returns>
    /// Deltas of all choices, those of one choice in order. The first one of a stream comes when the request is admitted and its first token
    /// is there, and tells the prompts' tokens. Each choice finishes exactly once; nothing of it follows. The last delta tells the final usage.
    /// Text breaks only between characters. Enumerate it once. A slow reader slows down only itself.
    /// </returns>
    /// <exception cref="InferenceException">
    /// While enumerating. Before the first delta: InvalidInput, Unsupported by parameter, QueueFull, NotReady, DeadlineExceeded.
    /// At any time: EngineFailed, DeadlineExceeded.
    /// </exception>
    IAsyncEnumerable<TextDelta> StreamAsync(TextRequest request, CancellationToken cancellationToken = default);

    /// <summary>Answers as a whole.</summary>
    /// <param name="request">The prompts.</param>
    /// <param name="cancellationToken">The caller leaves: the request leaves queue, prompt work and generation.</param>
    /// <exception cref="InferenceException">As <see cref="StreamAsync"/>.</exception>
    /// <remarks>By default it gathers the stream, so that both answers are the same. A backend whose server answers whole overrides it.</remarks>
    ValueTask<TextResult> CompleteAsync(TextRequest request, CancellationToken cancellationToken = default)
        => TextResult.GatherAsync(StreamAsync(request, cancellationToken), cancellationToken);
}
