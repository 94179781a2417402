// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Texts and chats to tokens and back, as the model itself would. Thread-safe.</summary>
/// <remarks>Asynchronous because the tokenizer may be on another machine; a local one completes at once, and needs no device.</remarks>
public interface ITokenCodec
{
    /// <summary>What the tokenizer can do; never loads anything.</summary>
    /// <value>A model that declares nothing, by default. Null while it is not known, because no version is loaded: calls then fail with NotReady.</value>
    TokenCodecInfo? Info => TokenCodecInfo.Default;

    /// <summary>The tokens that the model would see.</summary>
    /// <param name="request">A text or a chat.</param>
    /// <param name="cancellationToken">The caller leaves.</param>
    /// <exception cref="InferenceException">InvalidInput (the template refuses the chat); Unsupported, by parameter; NotReady; DeadlineExceeded.</exception>
    ValueTask<TokenizeResult> TokenizeAsync(TokenizeRequest request, CancellationToken cancellationToken = default);

    /// <summary>The text of tokens.</summary>
    /// <param name="request">The tokens.</param>
    /// <param name="cancellationToken">The caller leaves.</param>
    /// <exception cref="InferenceException">InvalidInput (an id outside the vocabulary); NotReady; DeadlineExceeded.</exception>
    ValueTask<string> DetokenizeAsync(DetokenizeRequest request, CancellationToken cancellationToken = default);
}
