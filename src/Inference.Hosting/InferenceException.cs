// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting;

/// <summary>The one exception of Inference.Hosting; a caller's own cancellation is <see cref="OperationCanceledException"/> instead.</summary>
/// <remarks>The message says what is wrong and what to do. It goes to clients: it never holds paths, stack traces or payloads.</remarks>
public sealed class InferenceException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="code">The kind of failure.</param>
    /// <param name="message">What is wrong, with which value, and what to do.</param>
    /// <param name="innerException">The cause, for logs only.</param>
    public InferenceException(InferenceErrorCode code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>The kind of failure.</summary>
    public InferenceErrorCode Code { get; }

    /// <summary>When a retry may succeed, if known.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The request field or tensor at fault, if known.</summary>
    public string? Parameter { get; init; }

    /// <summary>A closer name of the cause, for programs: one of <see cref="InferenceErrorReasons"/>, or null when the code says it all.</summary>
    public string? Reason { get; init; }

    /// <summary>The model that answers instead, when the one that was asked cannot and this one does not take the request in the form in which it came; null otherwise.</summary>
    /// <remarks>Only <see cref="Capabilities.IOpenAIPassThrough.SendAsync"/> says so: ask the model of this name for its capabilities.</remarks>
    public string? Fallback { get; init; }

    /// <summary>False when other rows of the same failed run may be the guilty ones, because the budget for telling them apart was spent.</summary>
    public bool IsIsolated { get; init; } = true;
}
