// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Queueing;

namespace Inference.Hosting.Batching;

/// <summary>Who may enter the queue: bounds of memory, of predicted wait, of a flow's share, and deadlines that can still be met.</summary>
internal sealed class AdmissionControl(RequestQueue queue, RunTimeCurve curve, RowCap cap, InstanceTable instances)
{
    /// <summary>An estimate older than this refuses nobody who finds an idle instance.</summary>
    private const long StaleAfter = 10_000_000_000;

    private readonly long[] _lastProbe = [.. Enumerable.Repeat(long.MinValue / 2, 32)];

    /// <summary>Whether even an empty queue has no room.</summary>
    public static bool IsTooLarge(QueueItem item, SchedulerSettings settings)
        => item.Rows > settings.MaxQueuedRows || item.Bytes > settings.MaxQueuedBytes;

    public RefusalReason Check(QueueItem item, SchedulerSettings settings, long now)
    {
        if (IsTooLarge(item, settings))
        {
            return RefusalReason.TooLarge;
        }

        if (queue.Rows + item.Rows > settings.MaxQueuedRows)
        {
            return RefusalReason.Rows;
        }

        if (queue.Bytes + item.Bytes > settings.MaxQueuedBytes)
        {
            return RefusalReason.Bytes;
        }

        if (!queue.Shares.HasRoom(item.Flow, item.Rows, settings.MaxQueuedRows, queue.Rows))
        {
            return RefusalReason.Share;
        }

        return curve.IsLearned && (queue.Rows > 0 || item.Deadline < long.MaxValue) ? CheckTime(item, settings, now) : RefusalReason.None;
    }

    /// <summary>How long a new row would wait for its run to start, in ns.</summary>
    public double PredictedWait(int flow, int level, int rows, int length, SchedulerSettings settings, long now)
    {
        var ahead = queue.Shares.RowsAhead(flow, level, rows) + rows - 1;
        var mean = MeanLength(length, settings);
        var most = BatchRows(mean, settings, now);
        return instances.Remaining(now) + (ahead / most * curve.Time(most, mean) / Math.Max(1, instances.Workers));
    }

    /// <summary>Rows a second of all instances at the cap, for what waits now; 0 while unknown.</summary>
    public double Capacity(SchedulerSettings settings, long now)
    {
        var mean = MeanLength(0, settings);
        var workers = instances.Workers;
        return curve.Rate(BatchRows(mean, settings, now), mean) * (settings.InstancesShareDevice ? Math.Min(1, workers) : workers);
    }

    private RefusalReason CheckTime(QueueItem item, SchedulerSettings settings, long now)
    {
        var length = settings.Pad(item.Length);
        var isIdle = queue.Rows == 0 && instances.HasFree;
        var wait = PredictedWait(item.Flow, item.Level, item.Rows, length, settings, now);
        if (item.Deadline == long.MaxValue)
        {
            return wait > settings.MaxQueueTime ? RefusalReason.Time : RefusalReason.None;
        }

        var most = BatchRows(length, settings, now);
        var own = curve.Time(isIdle ? Math.Min(item.Rows, most) : most, length);
        var alone = now + (settings.DeadlineMargin * curve.Time(1, length));
        var reason = alone > item.Deadline ? RefusalReason.Impossible
            : now + (settings.DeadlineMargin * (wait + own)) > item.Deadline ? RefusalReason.Deadline
            : wait > settings.MaxQueueTime ? RefusalReason.Time
            : RefusalReason.None;
        if (reason is RefusalReason.None or RefusalReason.Time || !isIdle)
        {
            return reason;
        }

        // A wrong estimate that refused everybody would never be corrected: one request is let through as its probe.
        var bucket = RunTimeCurve.BucketOf(length);
        if (now - curve.LastSample(length) < StaleAfter || now - _lastProbe[bucket] < StaleAfter)
        {
            return reason;
        }

        _lastProbe[bucket] = now;
        item.IsProbe = true;
        return RefusalReason.None;
    }

    private int BatchRows(int length, SchedulerSettings settings, long now)
    {
        var most = cap.Get(length, settings, now);
        return length > 0 ? (int)Math.Clamp(settings.Budget(Math.Max(queue.Longest, length)) / length, 1, most) : most;
    }

    private int MeanLength(int length, SchedulerSettings settings)
        => queue.Longest > 0 && queue.Rows > 0 && queue.Cost > queue.Rows ? settings.Pad((int)(queue.Cost / queue.Rows)) : length;
}
