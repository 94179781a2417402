// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting;

/// <summary>What kind of failure an <see cref="InferenceException"/> reports. Every protocol maps these by one table.</summary>
public enum InferenceErrorCode
{
    /// <summary>The caller's request is wrong; the same request will fail again.</summary>
    InvalidInput,

    /// <summary>The model or this server cannot do what was asked.</summary>
    Unsupported,

    /// <summary>No such model or version.</summary>
    NotFound,

    /// <summary>The request is larger than a limit.</summary>
    PayloadTooLarge,

    /// <summary>The queue cannot take the request; retry after <see cref="InferenceException.RetryAfter"/>.</summary>
    QueueFull,

    /// <summary>The model is loading, failed to load, draining or unloaded.</summary>
    NotReady,

    /// <summary>The deadline passed, or cannot be met.</summary>
    DeadlineExceeded,

    /// <summary>The model failed on these rows.</summary>
    EngineFailed,
}
