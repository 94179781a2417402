// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Queueing;

namespace Inference.Hosting.Batching;

/// <summary>Chooses the members of one run from the lanes: by priority, fairness and age, and among ragged rows by nearness to the oldest.</summary>
internal sealed class BatchFiller(RequestQueue queue, RunTimeCurve curve, RowCap cap)
{
    private Cursor[] _cursors = new Cursor[16];
    private int _count;
    private int _best;

    /// <summary>Rows that could join the seed.</summary>
    public int Compatible { get; private set; }

    /// <summary>When the oldest of them came.</summary>
    public long OldestArrival { get; private set; }

    /// <summary>The lane whose head goes first; null when nothing waits.</summary>
    public Lane? PickSeed(SchedulerSettings settings, long now)
    {
        Lane? best = null;
        foreach (var lane in queue.Lanes)
        {
            if (best is null || GoesBefore(lane.Head!, best.Head!, settings, now))
            {
                best = lane;
            }
        }

        return best;
    }

    /// <summary>Finds what could join a seed.</summary>
    public void Gather(QueueItem seed, long now)
    {
        (_count, Compatible, OldestArrival) = (0, 0, long.MaxValue);
        var isQuarantined = queue.Shares[seed.Flow].IsQuarantined(now);
        foreach (var lane in queue.Lanes)
        {
            if ((lane.Key != seed.Key && lane.Key != Lane.Mixed)
                || (lane.Flow != seed.Flow && (isQuarantined || queue.Shares[lane.Flow].IsQuarantined(now))))
            {
                continue;
            }

            var first = SkipOthers(lane.Head, seed);
            if (first is null)
            {
                continue;
            }

            if (_count == _cursors.Length)
            {
                Array.Resize(ref _cursors, _count * 2);
            }

            Compatible += lane.Key == Lane.Mixed ? CountRows(first, seed) : lane.Rows;
            OldestArrival = Math.Min(OldestArrival, first.Arrival);
            _cursors[_count++] = new Cursor { Item = first, Row = first.NextRow };
        }
    }

    /// <summary>Takes members out of their lanes into a batch of at most <paramref name="most"/> rows.</summary>
    /// <param name="batch">Empty; gets rows, length and close reason.</param>
    /// <param name="seed">Goes first.</param>
    /// <param name="most">Row cap in force, shared with idle instances.</param>
    /// <param name="rowCap">Row cap in force.</param>
    /// <param name="settings">The options in force.</param>
    /// <param name="budget">Most padded tokens.</param>
    /// <param name="now">When.</param>
    /// <param name="settled">Gets the members whose deadline cannot be met.</param>
    public void Fill(
        ScheduledBatch batch, QueueItem seed, int most, int rowCap, SchedulerSettings settings, long budget, long now, Settlements settled)
    {
        var isBacklogged = Compatible >= rowCap;
        var isRagged = seed.Length > 0;
        var (rows, length, bytes, deadline, tokens, cost) = (0, 0, 0L, long.MaxValue, 0L, 0L);
        var (bestYield, bestRows, bestLength) = (0.0, 0, 0);
        var reason = most < rowCap ? BatchCloseReason.Split : BatchCloseReason.RowCap;
        while (rows < most)
        {
            if (!Best(seed, isRagged, settings, now))
            {
                reason = BatchCloseReason.Drained;
                break;
            }

            ref var cursor = ref _cursors[_best];
            var item = cursor.Item!;
            var padded = Math.Max(length, settings.Pad(item.Length));
            var take = _count == 1 && !isRagged ? Math.Min(item.Rows - cursor.Row, most - rows) : 1;

            if (item.Deadline < long.MaxValue && !item.IsProbe && curve.IsLearned)
            {
                var bound = isBacklogged ? rowCap : 1;
                if (cursor.Row == item.NextRow && Late(item.Deadline, bound, padded, settings, now))
                {
                    Drop(ref cursor, seed, settled);
                    continue;
                }

                deadline = Math.Min(deadline, item.Deadline);
            }

            if (deadline < long.MaxValue && !isBacklogged)
            {
                // Nobody is behind: a smaller batch costs nobody anything.
                var fits = cap.LargestWithin((deadline - now) / settings.DeadlineMargin, padded, rows + take);
                take = Math.Max(fits - rows, rows == 0 ? 1 : 0);
                if (take == 0)
                {
                    reason = BatchCloseReason.Deadline;
                    break;
                }
            }

            if (isRagged && rows > 0 && (long)padded * (rows + 1) > budget)
            {
                reason = BatchCloseReason.TokenBudget;
                break;
            }

            var rowBytes = item.Bytes / item.Rows;
            if (bytes + (rowBytes * take) > settings.MaxBatchBytes)
            {
                take = (int)((settings.MaxBatchBytes - bytes) / Math.Max(1, rowBytes));
                if (take <= 0 && rows > 0)
                {
                    reason = BatchCloseReason.Bytes;
                    break;
                }

                take = Math.Max(take, 1);
            }

            if (!isRagged && cost + ((long)item.RowCost * take) > settings.MaxBatchCost)
            {
                take = (int)((settings.MaxBatchCost - cost) / item.RowCost);
                if (take <= 0 && rows > 0)
                {
                    reason = BatchCloseReason.Cost;
                    break;
                }

                take = Math.Max(take, 1);
            }

            batch.Add(item, cursor.Row, take);
            cost += (long)item.RowCost * take;
            (rows, length, bytes, tokens) = (rows + take, padded, bytes + (rowBytes * take), tokens + item.Length);
            if (isRagged)
            {
                // Before anything is learned every row is welcome.
                var time = curve.Time(rows, length);
                var yield = time > 0 ? tokens / time : tokens;
                if (yield >= bestYield)
                {
                    (bestYield, bestRows, bestLength) = (yield, rows, length);
                }
            }

            Advance(ref cursor, seed, take);
        }

        if (isRagged && bestRows < rows)
        {
            batch.Truncate(bestRows);
            (length, reason) = (bestLength, BatchCloseReason.Padding);
        }

        (batch.Length, batch.CloseReason) = (length, reason);
        foreach (ref var slot in batch.Slots)
        {
            slot.Item.Slot = 0;
            queue.Take(slot.Item, slot.Rows);
        }
    }

    private static QueueItem? SkipOthers(QueueItem? item, QueueItem seed)
    {
        while (item is not null && (item.Key != seed.Key || item.Length > 0 != seed.Length > 0))
        {
            item = item.Next;
        }

        return item;
    }

    private static int CountRows(QueueItem? item, QueueItem seed)
    {
        var rows = 0;
        for (; item is not null; item = SkipOthers(item.Next, seed))
        {
            rows += item.RowsLeft;
        }

        return rows;
    }

    private static bool GoesBefore(QueueItem item, QueueItem other, SchedulerSettings settings, long now)
        => QueueOrder.GoesBefore(item, item.Tag, other, other.Tag, settings.AgeStep, now);

    private static void Advance(ref Cursor cursor, QueueItem seed, int rows)
    {
        cursor.Row += rows;
        if (cursor.Row >= cursor.Item!.Rows)
        {
            cursor.MoveTo(SkipOthers(cursor.Item.Next, seed));
        }
    }

    private void Drop(ref Cursor cursor, QueueItem seed, Settlements settled)
    {
        var item = cursor.Item!;
        cursor.MoveTo(SkipOthers(item.Next, seed));
        queue.Remove(item);
        settled.Settle(item, ItemOutcome.Expired);
    }

    private bool Late(long deadline, int rows, int length, SchedulerSettings settings, long now)
        => now + (settings.DeadlineMargin * curve.Time(rows, length)) > deadline;

    private bool Best(QueueItem seed, bool isRagged, SchedulerSettings settings, long now)
    {
        _best = -1;
        var distance = int.MaxValue;
        for (var i = 0; i < _count; i++)
        {
            ref var cursor = ref _cursors[i];
            if (cursor.Item is null)
            {
                continue;
            }

            // The seed itself is nearest to itself, and goes before all others at its distance.
            var away = isRagged ? Math.Abs(settings.Pad(cursor.Item.Length) - settings.Pad(seed.Length)) : 0;
            if (_best < 0 || away < distance || (away == distance && QueueOrder.GoesBefore(
                cursor.Item, cursor.Tag, _cursors[_best].Item!, _cursors[_best].Tag, settings.AgeStep, now)))
            {
                (_best, distance) = (i, away);
            }
        }

        return _best >= 0;
    }

    private struct Cursor
    {
        public QueueItem? Item;
        public int Row;

        public readonly long Tag => Item!.StartTag + (Row * Item.TagStep);

        public void MoveTo(QueueItem? item)
        {
            Item = item;
            Row = item?.NextRow ?? 0;
        }
    }
}
