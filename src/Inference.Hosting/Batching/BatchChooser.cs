// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Queueing;

namespace Inference.Hosting.Batching;

/// <summary>Decides whether a free instance runs now, waits a little, or has nothing to do; and with how many rows.</summary>
internal sealed class BatchChooser(RequestQueue queue, RunTimeCurve curve, RowCap cap, InstanceTable instances)
{
    /// <summary>How late the timer may be, in ns.</summary>
    public const long TimerGrain = 10_000_000;

    private const double LeastSplitGain = 0.75;

    private readonly BatchFiller _filler = new(queue, curve, cap);

    /// <summary>Chooses the members of the next run, unless waiting pays more.</summary>
    /// <param name="me">The free instance; gets how long it may sleep while a delay holds rows back.</param>
    /// <param name="settings">The options in force.</param>
    /// <param name="isStopping">Delays are over.</param>
    /// <param name="now">When.</param>
    /// <param name="batch">Empty; gets the members.</param>
    /// <param name="settled">Gets those whose deadline cannot be met any more.</param>
    public TakeKind Choose(
        InstanceState me, SchedulerSettings settings, bool isStopping, long now, ScheduledBatch batch, Settlements settled)
    {
        while (_filler.PickSeed(settings, now) is { } lane)
        {
            var seed = lane.Head!;
            var length = settings.Pad(seed.Length);
            var rowCap = cap.Get(length, settings, now);
            _filler.Gather(seed, now);
            var waiting = _filler.Compatible;
            var isDelayed = settings.MaxQueueDelay > 0 && waiting < rowCap;
            if (isDelayed && !isStopping && DelayEnd(settings, waiting, length) is var until && now < until)
            {
                (me.HoldUntil, me.HoldRows) = (until, rowCap);
                return TakeKind.Delay;
            }

            var idle = settings.InstancesShareDevice ? 0 : instances.CountIdle(me);
            if (idle == 0 && !isStopping && me.Rejoin.Holds(waiting, rowCap, length, curve, now))
            {
                return TakeKind.Rejoin;
            }

            if (waiting > rowCap)
            {
                rowCap = cap.ForBacklog(length, rowCap, settings);
            }

            var most = Share(waiting, rowCap, length, idle);
            _filler.Fill(batch, seed, most, rowCap, settings, settings.Budget(queue.Longest), now, settled);
            if (batch.Count > 0)
            {
                Describe(batch, seed, settings, isDelayed, waiting);
                return TakeKind.Run;
            }
        }

        return TakeKind.Empty;
    }

    private static void Describe(ScheduledBatch batch, QueueItem seed, SchedulerSettings settings, bool isDelayed, int waiting)
    {
        (batch.Key, batch.WaitingRows) = (seed.Key, waiting);
        if (!settings.Batches)
        {
            batch.CloseReason = BatchCloseReason.None;
        }
        else if (isDelayed && batch.CloseReason == BatchCloseReason.Drained)
        {
            batch.CloseReason = BatchCloseReason.Delay;
        }
    }

    // Rows are shared with idle devices only where that shortens the run by a quarter.
    private int Share(int waiting, int rowCap, int length, int idle)
    {
        if (idle == 0 || !curve.IsLearned)
        {
            return rowCap;
        }

        var part = (waiting + idle) / (idle + 1);
        var alone = curve.Time(Math.Min(waiting, rowCap), length);
        return part < rowCap && curve.Time(part, length) <= LeastSplitGain * alone ? Math.Max(1, part) : rowCap;
    }

    // The delay of the oldest row counts, whichever lane it is in; a deadline ends it, early enough for a late timer.
    private long DelayEnd(SchedulerSettings settings, int waiting, int length)
    {
        var oldest = long.MaxValue;
        foreach (var lane in queue.Lanes)
        {
            oldest = Math.Min(oldest, lane.Head!.Arrival);
        }

        var end = Math.Min(oldest, _filler.OldestArrival) + settings.MaxQueueDelay;
        return queue.EarliestExpiry == long.MaxValue
            ? end
            : Math.Min(end, queue.EarliestExpiry - TimerGrain - (long)(settings.DeadlineMargin * curve.Time(waiting, length)));
    }
}
