// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Queueing;

namespace Inference.Hosting.Batching;

/// <summary>Rows of one item in a run.</summary>
internal struct BatchSlot
{
    public QueueItem Item;
    public int FirstRow;
    public int Rows;
}

/// <summary>The members of one run, and why it started with them. Reused by its instance.</summary>
internal sealed class ScheduledBatch
{
    private BatchSlot[] _slots = new BatchSlot[8];

    public int Count { get; private set; }

    /// <summary>Rows of callers.</summary>
    public int Rows { get; private set; }

    /// <summary>Rows that are run.</summary>
    public int PaddedRows { get; set; }

    /// <summary>Padded length; 0 when there is none.</summary>
    public int Length { get; set; }

    /// <summary>Compatibility key of all members.</summary>
    public int Key { get; set; }

    public BatchCloseReason CloseReason { get; set; }

    /// <summary>When its members were chosen.</summary>
    public long TakenAt { get; set; }

    /// <summary>Rows that waited then, members included.</summary>
    public int WaitingRows { get; set; }

    public Span<BatchSlot> Slots => _slots.AsSpan(0, Count);

    public void Clear()
    {
        Array.Clear(_slots, 0, Count);
        (Count, Rows) = (0, 0);
    }

    /// <summary>Adds the next rows of an item; rows that follow those it has already make one slot.</summary>
    public void Add(QueueItem item, int firstRow, int rows)
    {
        if (item.Slot > 0 && item.Slot <= Count && ReferenceEquals(_slots[item.Slot - 1].Item, item))
        {
            _slots[item.Slot - 1].Rows += rows;
            Rows += rows;
            return;
        }

        AddSlot(item, firstRow, rows);
        item.Slot = Count;
    }

    public void AddSlot(QueueItem item, int firstRow, int rows)
    {
        if (Count == _slots.Length)
        {
            Array.Resize(ref _slots, Count * 2);
        }

        Rows += rows;
        _slots[Count++] = new BatchSlot { Item = item, FirstRow = firstRow, Rows = rows };
    }

    /// <summary>Keeps the first rows and lets the rest go.</summary>
    public void Truncate(int rows)
    {
        Rows = rows;
        for (var i = 0; i < Count; i++)
        {
            if (rows == 0)
            {
                Array.Clear(_slots, i, Count - i);
                Count = i;
                return;
            }

            _slots[i].Rows = Math.Min(_slots[i].Rows, rows);
            rows -= _slots[i].Rows;
        }
    }

    /// <summary>Recounts after slots were changed in place.</summary>
    public void Compact()
    {
        var (kept, rows) = (0, 0);
        for (var i = 0; i < Count; i++)
        {
            if (_slots[i].Rows > 0)
            {
                rows += _slots[i].Rows;
                _slots[kept++] = _slots[i];
            }
        }

        Array.Clear(_slots, kept, Count - kept);
        (Count, Rows) = (kept, rows);
    }
}
