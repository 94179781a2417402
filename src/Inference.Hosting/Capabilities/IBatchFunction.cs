// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;

/// <summary>A C# function over many items that is called with one: items of all callers meet in its batches. Thread-safe.</summary>
/// <remarks>
/// Deadline, tenant, priority and overflow of a call come from <see cref="InferenceContext"/>; each item is scheduled for itself. Implement it
/// to fake a function in a test.
/// </remarks>
/// <typeparam name="TIn">An item. It is handed on as it is, so callers must not change it until they have the answer.</typeparam>
/// <typeparam name="TOut">The result of an item.</typeparam>
public interface IBatchFunction<TIn, TOut>
{
    /// <summary>Queues an item and completes with its result.</summary>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">The caller leaves: an item that waits is dropped, one that runs loses its listener.</param>
    /// <exception cref="InferenceException">QueueFull, NotReady, DeadlineExceeded; EngineFailed for this item; or what the function threw for it.</exception>
    ValueTask<TOut> InvokeAsync(TIn item, CancellationToken cancellationToken = default);

    /// <summary>Queues items together, in batches as large as pay, and completes with all results.</summary>
    /// <param name="items">Any number: more than fit in a batch are split, fewer meet those of others. All or none are taken in.</param>
    /// <param name="cancellationToken">The caller leaves, with all items.</param>
    /// <returns>The results in the order of the items.</returns>
    /// <exception cref="InferenceException">Of the first item that failed; the others are then dropped. <see cref="StreamAsync"/> gives each its own.</exception>
    ValueTask<IReadOnlyList<TOut>> InvokeManyAsync(IReadOnlyList<TIn> items, CancellationToken cancellationToken = default);

    /// <summary>Queues items together and yields each result, or failure, as soon as it is there.</summary>
    /// <param name="items">As for <see cref="InvokeManyAsync"/>.</param>
    /// <param name="cancellationToken">The caller leaves. So does one who stops to enumerate.</param>
    /// <returns>One result for each item, in the order in which they became ready.</returns>
    /// <exception cref="InferenceException">The items were not taken in: QueueFull, NotReady, DeadlineExceeded.</exception>
    IAsyncEnumerable<BatchResult<TOut>> StreamAsync(IReadOnlyList<TIn> items, CancellationToken cancellationToken = default);
}
