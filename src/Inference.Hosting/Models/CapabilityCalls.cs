// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Models;

/// <summary>How calls of a capability reach what serves it.</summary>
internal abstract class CapabilityCalls<TCapability>
    where TCapability : class
{
    /// <summary>What a call would reach now; null when nothing is loaded.</summary>
    public abstract TCapability? Current { get; }

    /// <summary>Calls.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="call">Asks one capability.</param>
    /// <param name="cancellationToken">The caller leaves.</param>
    /// <param name="copy">Copies what the caller takes back after the call; null when nothing of the request is.</param>
    public abstract ValueTask<TResult> CallAsync<TRequest, TResult>(
        TRequest request,
        Func<TCapability, TRequest, CancellationToken, ValueTask<TResult>> call,
        CancellationToken cancellationToken,
        Func<TRequest, TRequest>? copy = null);

    /// <summary>Calls what answers step by step.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="call">Asks one capability.</param>
    /// <param name="cancellationToken">The caller leaves.</param>
    public abstract IAsyncEnumerable<TItem> StreamAsync<TRequest, TItem>(
        TRequest request,
        Func<TCapability, TRequest, CancellationToken, IAsyncEnumerable<TItem>> call,
        CancellationToken cancellationToken);
}
