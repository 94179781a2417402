// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace Inference.Hosting.Queueing;

/// <summary>What waits, in lanes. Knows no clock, thread or lock of its own: callers pass the time and hold the lock.</summary>
internal sealed class RequestQueue
{
    private const int MaxLanes = 256;

    private readonly Stack<Lane> _free = new();
    private Lane[] _lanes = new Lane[16];
    private int _laneCount;
    private int _rows;

    /// <summary>Rows that wait. May be read without the lock, as a hint.</summary>
    public int Rows => Volatile.Read(ref _rows);

    /// <summary>Items that wait, a partly taken one included.</summary>
    public int Items { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Cost of all rows that wait.</summary>
    public long Cost { get; private set; }

    /// <summary>No waiting item expires before this.</summary>
    public long EarliestExpiry { get; private set; } = long.MaxValue;

    /// <summary>The longest padded length that ever waited.</summary>
    public int Longest { get; private set; }

    public TenantShares Shares { get; } = new();

    /// <summary>Lanes that hold something.</summary>
    public ReadOnlySpan<Lane> Lanes => _lanes.AsSpan(0, _laneCount);

    /// <summary>Puts an item at the end of its lane.</summary>
    /// <param name="item">In no lane.</param>
    /// <param name="bin">Its padded length; 0 when it has none.</param>
    public void Add(QueueItem item, int bin)
    {
        Shares.Enqueued(item);
        FindLane(item, bin).Append(item);
        Longest = Math.Max(Longest, bin);
        _rows += item.Rows;
        Items++;
        Bytes += item.Bytes;
        Cost += (long)item.Rows * item.RowCost;
        EarliestExpiry = Math.Min(EarliestExpiry, item.Expiry);
    }

    /// <summary>Takes the next rows of an item, and the item itself out of its lane when they were the last.</summary>
    public void Take(QueueItem item, int rows)
    {
        Debug.Assert(item.Lane is not null && rows > 0 && rows <= item.RowsLeft, "Only rows that wait are taken.");
        Shares.Taken(item, rows);
        _rows -= rows;
        Cost -= (long)rows * item.RowCost;
        var lane = item.Lane;
        if (rows == item.RowsLeft)
        {
            lane.Unlink(item);
            item.NextRow += rows;
            Items--;
            Bytes -= item.Bytes;
            Release(lane);
            return;
        }

        lane.Rows -= rows;
        item.NextRow += rows;
    }

    /// <summary>Takes what is left of an item out, unserved.</summary>
    public void Remove(QueueItem item)
    {
        Debug.Assert(item.Lane is not null, "Only what waits is removed.");
        Shares.Removed(item);
        _rows -= item.RowsLeft;
        Cost -= (long)item.RowsLeft * item.RowCost;
        Items--;
        Bytes -= item.Bytes;
        var lane = item.Lane;
        lane.Unlink(item);
        Release(lane);
    }

    /// <summary>The first expired item in no particular order, or null; then <see cref="EarliestExpiry"/> is exact.</summary>
    public QueueItem? FindExpired(long now)
    {
        if (now < EarliestExpiry)
        {
            return null;
        }

        var earliest = long.MaxValue;
        foreach (var lane in Lanes)
        {
            for (var item = lane.Head; item is not null; item = item.Next)
            {
                if (item.Expiry <= now)
                {
                    return item;
                }

                earliest = Math.Min(earliest, item.Expiry);
            }
        }

        EarliestExpiry = earliest;
        return null;
    }

    private Lane FindLane(QueueItem item, int bin)
    {
        for (var i = 0; i < _laneCount; i++)
        {
            if (_lanes[i].Matches(item.Level, item.Flow, item.Key, bin))
            {
                return _lanes[i];
            }
        }

        if (_laneCount >= MaxLanes)
        {
            // Too many shapes at once: the rest of them share a lane and are compared when a batch is filled.
            for (var i = 0; i < _laneCount; i++)
            {
                if (_lanes[i].Matches(item.Level, item.Flow, Lane.Mixed, 0))
                {
                    return _lanes[i];
                }
            }

            return Open(item.Level, item.Flow, Lane.Mixed, 0);
        }

        return Open(item.Level, item.Flow, item.Key, bin);
    }

    private Lane Open(int level, int flow, int key, int bin)
    {
        if (_laneCount == _lanes.Length)
        {
            Array.Resize(ref _lanes, _laneCount * 2);
        }

        var lane = (_free.TryPop(out var free) ? free : new Lane()).Assign(level, flow, key, bin);
        lane.Index = _laneCount;
        _lanes[_laneCount++] = lane;
        return lane;
    }

    private void Release(Lane lane)
    {
        if (lane.Head is null)
        {
            var last = _lanes[--_laneCount];
            _lanes[lane.Index] = last;
            last.Index = lane.Index;
            _lanes[_laneCount] = null!;
            _free.Push(lane);
        }
    }
}
