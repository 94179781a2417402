// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Queueing;

/// <summary>Those who wait at the door of a full queue, first come first in, bounded by their tokens and deadlines alone.</summary>
internal sealed class WaitingRoom
{
    private readonly Lane _lane = new();
    private long _earliestExpiry = long.MaxValue;

    public bool IsEmpty => _lane.Head is null;

    public QueueItem? Head => _lane.Head;

    public int Rows => _lane.Rows;

    /// <summary>Nobody here expires before this.</summary>
    public long EarliestExpiry => _earliestExpiry;

    public bool Holds(QueueItem item) => item.Lane == _lane;

    public void Add(QueueItem item)
    {
        _lane.Append(item);
        _earliestExpiry = Math.Min(_earliestExpiry, item.Expiry);
    }

    public void Remove(QueueItem item)
    {
        _lane.Unlink(item);
        if (_lane.Head is null)
        {
            _earliestExpiry = long.MaxValue;
        }
    }

    /// <summary>The first expired item, or null; then <see cref="EarliestExpiry"/> is exact.</summary>
    public QueueItem? FindExpired(long now)
    {
        if (now < _earliestExpiry)
        {
            return null;
        }

        var earliest = long.MaxValue;
        for (var item = _lane.Head; item is not null; item = item.Next)
        {
            if (item.Expiry <= now)
            {
                return item;
            }

            earliest = Math.Min(earliest, item.Expiry);
        }

        _earliestExpiry = earliest;
        return null;
    }
}
