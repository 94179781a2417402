// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Queueing;

namespace Inference.Hosting.Batching;

/// <summary>Items that were decided under the lock, to be answered and let go outside of it. Reused by its thread.</summary>
internal sealed class Settlements
{
    private Settlement[] _items = new Settlement[8];

    public int Count { get; private set; }

    public ReadOnlySpan<Settlement> Items => _items.AsSpan(0, Count);

    /// <summary>Decides an item, unless somebody did before.</summary>
    public void Settle(QueueItem item, ItemOutcome outcome)
    {
        if (item.Outcome != ItemOutcome.None)
        {
            Release(item);
            return;
        }

        item.Outcome = outcome;
        Add(new Settlement(item, Answer: true, item.IsReleased));
    }

    /// <summary>Notes that nothing of a decided item is left with the queue.</summary>
    public void Release(QueueItem item)
    {
        if (item.Outcome != ItemOutcome.None && item.IsReleased)
        {
            Add(new Settlement(item, Answer: false, Release: true));
        }
    }

    public void Clear()
    {
        Array.Clear(_items, 0, Count);
        Count = 0;
    }

    private void Add(Settlement settlement)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        _items[Count++] = settlement;
    }
}

/// <summary>What is to be done with an item outside of the lock.</summary>
/// <param name="Item">The item.</param>
/// <param name="Answer">Its outcome was decided just now: answer the caller.</param>
/// <param name="Release">The queue holds it no longer.</param>
internal readonly record struct Settlement(QueueItem Item, bool Answer, bool Release);
