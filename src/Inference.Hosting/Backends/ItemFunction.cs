// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Backends;

/// <summary>A typed function, as it was registered.</summary>
/// <param name="Invoke">Gives the results of all items; null when it gave them to the batch one by one.</param>
internal sealed record ItemFunction<TIn, TOut>(
    Func<ItemBatch<TIn, TOut>, CancellationToken, ValueTask<IReadOnlyList<TOut>?>> Invoke)
{
    /// <summary>Whether it computes before it returns: then each instance has a thread, so that it holds none of the app's pool.</summary>
    public bool NeedsThread { get; init; }

    /// <summary>Whether it may be called again for items of a call that failed.</summary>
    public bool IsPure { get; init; } = true;

    /// <summary>Units of cost of an item; null for 1.</summary>
    public Func<TIn, int>? Cost { get; init; }

    /// <summary>Only items with equal keys share a call; null when all may.</summary>
    public Func<TIn, object?>? GroupBy { get; init; }

    /// <summary>Makes a harmless item; null when there is none.</summary>
    public Func<TIn>? Sample { get; init; }
}
