// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Inference.Hosting.Queueing;

namespace Inference.Hosting.Batching;

/// <summary>Who goes, when, with whom: the core of the batcher, without threads, timers, engines or a clock of its own.</summary>
/// <remarks>
/// A function of events and the times given with them. Callers hold one lock, and answer what <see cref="Settlements"/> collected after
/// they have left it. Members of a run are chosen only when an instance is free, so the latest arrivals still join.
/// </remarks>
internal sealed class BatchScheduler
{
    private const int MostPassed = 64;

    private readonly InstanceTable _instances;
    private readonly BatchChooser _chooser;
    private readonly AdmissionControl _admission;
    private readonly WaitingRoom _door = new();
    private readonly Queue<ScheduledBatch> _lost = new();

    public BatchScheduler(SchedulerSettings settings, int instances)
    {
        _instances = new InstanceTable(instances);
        Cap = new RowCap(Curve);
        _chooser = new BatchChooser(Queue, Curve, Cap, _instances);
        _admission = new AdmissionControl(Queue, Curve, Cap, _instances);
        Settings = settings;
        Queue.Shares.Apply(settings.Tenants);
    }

    public SchedulerSettings Settings { get; private set; }

    public RequestQueue Queue { get; } = new();

    public RunTimeCurve Curve { get; } = new();

    public RowCap Cap { get; }

    public CircuitBreaker Breaker { get; } = new();

    public OfferedLoad Offered { get; } = new();

    public InstanceTable Instances => _instances;

    /// <summary>Nothing new is taken in; what was accepted goes on.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>Rows that wait at the door because the queue is full.</summary>
    public int RowsAtDoor => _door.Rows;

    /// <summary>Runs lost with their device that wait for an instance.</summary>
    public int LostBatches => _lost.Count;

    /// <summary>Takes new options over. What was accepted stays, even beyond lower limits.</summary>
    public void Apply(SchedulerSettings settings)
    {
        Settings = settings;
        Queue.Shares.Apply(settings.Tenants);
        Cap.Reset();
    }

    /// <summary>Answers those at the door whom lower limits would keep there for ever, before those behind them.</summary>
    public void FailTooLarge(Settlements settled)
    {
        for (var item = _door.Head; item is not null;)
        {
            var next = item.Next;
            if (AdmissionControl.IsTooLarge(item, Settings))
            {
                Fail(item, Refusals.Create(RefusalReason.TooLarge, item, Settings, TimeSpan.Zero), settled);
            }

            item = next;
        }
    }

    /// <summary>Takes a request in, or says why not.</summary>
    public Admission TryEnqueue(QueueItem item, long now)
    {
        var reason = Place(item, now);
        return new Admission(reason, reason == RefusalReason.None && !_door.Holds(item) ? Wake() : -1);
    }

    /// <summary>Takes requests in together, in their order, or none of them.</summary>
    /// <param name="items">Of one caller.</param>
    /// <param name="now">When.</param>
    /// <param name="refused">The one that was refused.</param>
    public Admission TryEnqueueAll(ReadOnlySpan<QueueItem> items, long now, out QueueItem refused)
    {
        for (var i = 0; i < items.Length; i++)
        {
            var reason = Place(items[i], now);
            if (reason == RefusalReason.None)
            {
                continue;
            }

            foreach (var item in items[..i])
            {
                Unlink(item);
            }

            refused = items[i];
            return new Admission(reason, -1);
        }

        refused = null!;
        return new Admission(RefusalReason.None, Wake());
    }

    /// <summary>The caller leaves, or its time is over. A part that is being assembled delays the decision until its input was read.</summary>
    public void Leave(QueueItem item, ItemOutcome outcome, Settlements settled)
    {
        if (item.Outcome != ItemOutcome.None)
        {
            return;
        }

        Unlink(item);
        if (item.Assembling > 0)
        {
            item.Flagged = item.Flagged == ItemOutcome.None ? outcome : item.Flagged;
            return;
        }

        settled.Settle(item, item.Flagged == ItemOutcome.None ? outcome : item.Flagged);
    }

    /// <summary>Lets those who wait at the door in, as far as there is room now.</summary>
    /// <returns>An instance to signal, or -1.</returns>
    public int LetIn(long now)
    {
        if (_door.IsEmpty)
        {
            return -1;
        }

        Promote(now);
        return Wake();
    }

    /// <summary>Gives a free instance its next run.</summary>
    public TakeResult Take(int instance, long now, ScheduledBatch batch, Settlements settled)
    {
        var me = _instances[instance];
        (me.IsAsleep, me.HoldUntil, me.HoldRows) = (false, long.MaxValue, int.MaxValue);
        batch.Clear();
        if (me.Phase == InstancePhase.Down)
        {
            return new TakeResult(TakeKind.Empty);
        }

        if (Breaker.IsOpen)
        {
            return new TakeResult(Breaker.TryProbe(now) ? TakeKind.Probe : TakeKind.Empty);
        }

        ExpireQueued(now, settled);
        if (_lost.TryDequeue(out var lost))
        {
            foreach (var slot in lost.Slots)
            {
                batch.AddSlot(slot.Item, slot.FirstRow, slot.Rows);
            }

            (batch.Length, batch.CloseReason, batch.Key) = (lost.Length, BatchCloseReason.Split, lost.Key);
            BatchProgress.BeginRerun(batch, settled);
            if (batch.Count > 0)
            {
                Start(me, batch, now, batch.Rows);
                return new TakeResult(TakeKind.Rerun, Wake());
            }
        }

        Promote(now);
        var kind = _chooser.Choose(me, Settings, IsStopping, now, batch, settled);
        if (kind != TakeKind.Run)
        {
            return new TakeResult(kind);
        }

        foreach (ref var slot in batch.Slots)
        {
            slot.Item.Assembling++;
        }

        Start(me, batch, now, batch.WaitingRows);
        Promote(now);
        return new TakeResult(TakeKind.Run, Wake());
    }

    /// <summary>An instance that found nothing goes to sleep; from now on it is signalled.</summary>
    public void Sleep(int instance) => _instances[instance].IsAsleep = true;

    /// <summary>When the instance stops waiting for callers to come back. Read by its own thread, which alone moves it.</summary>
    public long HoldEnd(int instance) => _instances[instance].Rejoin.Until;

    /// <summary>Gives up waiting for callers to come back until the instance has run again.</summary>
    public void EndHold(int instance) => _instances[instance].Rejoin.GiveUp();

    /// <summary>An instance to signal because rows wait while it sleeps, or -1.</summary>
    public int Wake()
        => _lost.Count > 0 ? _instances.Wake(int.MaxValue)
            : Queue.Rows > 0 ? _instances.Wake(Queue.Rows)
            : -1;

    /// <summary>The rows of a batch have their results.</summary>
    public void Succeeded(ScheduledBatch batch, long now, Settlements settled)
    {
        Breaker.Succeeded(now);
        BatchProgress.Succeeded(batch, now, settled);
    }

    /// <summary>The rows of a batch have failed for good. The first error of an item is kept, and its other rows do not run.</summary>
    public void Failed(ScheduledBatch batch, Exception error, long now, Settlements settled)
    {
        foreach (ref var slot in batch.Slots)
        {
            var item = slot.Item;
            item.Running--;
            item.Ended = now;
            Fail(item, error, settled);
        }
    }

    /// <summary>The instance is free again.</summary>
    /// <param name="instance">Which.</param>
    /// <param name="rows">Rows that were run, padding included; 0 when the run is not to be learned from.</param>
    /// <param name="length">Padded length.</param>
    /// <param name="elapsed">What the run took, in ns.</param>
    /// <param name="now">When.</param>
    public void Ended(int instance, int rows, int length, long elapsed, long now)
    {
        var me = _instances[instance];
        if (rows > 0)
        {
            Curve.Observe(rows, length, elapsed, now);
            Cap.Ran(length, Settings, elapsed);
        }

        var answered = me.Batch?.Rows ?? 0;
        (me.Batch, me.IsStuck) = (null, false);
        if (me.Phase == InstancePhase.Busy)
        {
            me.Phase = InstancePhase.Idle;
        }

        me.Rejoin.Ended(now, Settings, Curve, length, answered);
    }

    /// <summary>The instance is gone with its run. The rows go once more to whichever instance is free first; the second time they fail.</summary>
    public void Lost(int instance, ScheduledBatch batch, Exception error, long now, Settlements settled)
    {
        var me = _instances[instance];
        (me.Phase, me.Batch, me.IsStuck) = (InstancePhase.Down, null, false);
        var again = new ScheduledBatch { Length = batch.Length, Key = batch.Key };
        foreach (ref var slot in batch.Slots)
        {
            var item = slot.Item;
            if (item.WasRerun || !Settings.IsPure || item.Outcome != ItemOutcome.None)
            {
                item.Running--;
                item.Ended = now;
                Fail(item, error, settled);
            }
            else
            {
                item.WasRerun = true;
                again.AddSlot(item, slot.FirstRow, slot.Rows);
            }
        }

        if (again.Count > 0)
        {
            _lost.Enqueue(again);
        }
    }

    /// <summary>The instance could not be replaced yet, or was.</summary>
    public void SetDown(int instance, bool isDown)
        => _instances[instance].Phase = isDown ? InstancePhase.Down : InstancePhase.Idle;

    /// <summary>Answers whom time has run out for, whether they wait or run, and finds runs that hang.</summary>
    public void Expire(long now, Settlements settled)
    {
        ExpireQueued(now, settled);
        foreach (var lost in _lost)
        {
            ExpireRunning(lost, now, settled);
        }

        foreach (var instance in _instances.All)
        {
            if (instance.Batch is { } batch)
            {
                ExpireRunning(batch, now, settled);
            }
        }

        _instances.MarkStuck(now);
        Promote(now);
    }

    /// <summary>An instance whose delay is over, or whose probe is due, or -1; call until -1.</summary>
    public int WakeDue(long now)
    {
        var due = _instances.WakeDue(now, now >= Breaker.ProbeAt || (_lost.Count > 0 && !Breaker.IsOpen));
        return due >= 0 || Breaker.IsOpen ? due : Wake();
    }

    /// <summary>When <see cref="Expire"/> and <see cref="WakeDue"/> have something to do; <see cref="long.MaxValue"/> for never.</summary>
    public long NextWake()
    {
        var expiry = Math.Min(Queue.EarliestExpiry, _door.EarliestExpiry);
        foreach (var lost in _lost)
        {
            expiry = Math.Min(expiry, BatchProgress.EarliestDeadline(lost));
        }

        foreach (var instance in _instances.All)
        {
            if (instance.Batch is { } batch)
            {
                expiry = Math.Min(expiry, BatchProgress.EarliestDeadline(batch));
            }
        }

        return Math.Min(Math.Min(RoundUp(expiry), Breaker.ProbeAt), _instances.NextWake());
    }

    /// <summary>When an item that expires at a time is answered at the latest: many deadlines share one look.</summary>
    public static long RoundUp(long expiry)
        => expiry > long.MaxValue - BatchChooser.TimerGrain ? long.MaxValue : (expiry + BatchChooser.TimerGrain - 1) / BatchChooser.TimerGrain * BatchChooser.TimerGrain;

    /// <summary>Takes nothing new in from now on; delays end.</summary>
    public void Stop() => IsStopping = true;

    /// <summary>Fails all that has not started.</summary>
    public void FailWaiting(Exception error, Settlements settled)
    {
        while (_door.Head is { } waiter)
        {
            Fail(waiter, error, settled);
        }

        while (!Queue.Lanes.IsEmpty)
        {
            Fail(Queue.Lanes[0].Head!, error, settled);
        }

        while (_lost.TryDequeue(out var lost))
        {
            foreach (ref var slot in lost.Slots)
            {
                slot.Item.Running--;
                Fail(slot.Item, error, settled);
            }
        }
    }

    /// <summary>How long a new row of the default flow would wait, in ns.</summary>
    public double PredictedWait(long now) => _admission.PredictedWait(0, Settings.DefaultLevel, 1, 0, Settings, now);

    /// <summary>Rows a second at the cap; 0 while unknown.</summary>
    public double Capacity(long now) => _admission.Capacity(Settings, now);

    private RefusalReason Place(QueueItem item, long now)
    {
        Debug.Assert(item.IsReleased && item.Outcome == ItemOutcome.None, "Only a fresh item enters.");
        if (IsStopping)
        {
            return RefusalReason.Stopped;
        }

        if (Breaker.IsOpen)
        {
            return RefusalReason.Breaker;
        }

        if (item.Length > 0)
        {
            item.RowCost = Math.Max(1, Settings.Pad(item.Length));
        }

        item.Arrival = now;
        Offered.Arrived(item.Rows, now);

        // Those who already wait at the door go first.
        var reason = _admission.Check(item, Settings, now);
        if (reason == RefusalReason.None && !(item.MayWait && !_door.IsEmpty))
        {
            Enter(item, now);
            return RefusalReason.None;
        }

        if (!item.MayWait || reason is RefusalReason.TooLarge or RefusalReason.Deadline or RefusalReason.Impossible)
        {
            return reason;
        }

        _door.Add(item);
        return RefusalReason.None;
    }

    private void Enter(QueueItem item, long now)
    {
        Queue.Add(item, Settings.Pad(item.Length));
        foreach (var instance in _instances.All)
        {
            instance.Rejoin.Arrived(item.Rows, now);
        }
    }

    private void Start(InstanceState me, ScheduledBatch batch, long now, int waiting)
    {
        (batch.TakenAt, batch.WaitingRows, batch.PaddedRows) = (now, waiting, Settings.PadRows(batch.Rows));
        (me.Phase, me.Batch, me.BusySince) = (InstancePhase.Busy, batch, now);
        me.BusyUntil = now + (long)Curve.Time(batch.PaddedRows, batch.Length);
        me.Rejoin.Taken();
        foreach (ref var slot in batch.Slots)
        {
            var item = slot.Item;
            // What a lost device had begun was time in the queue.
            if (item.BatchSize == 0 || (item.WasRerun && item.DoneRows == 0))
            {
                item.FirstTaken = now;
            }

            item.LastTaken = now;
            if (batch.Rows >= item.BatchSize)
            {
                (item.BatchSize, item.CloseReason) = (batch.Rows, batch.CloseReason);
            }
        }
    }

    private void Promote(long now)
    {
        // Those whose own share is full, or who will not make it, let others pass.
        var passed = 0;
        for (var item = _door.Head; item is not null;)
        {
            var next = item.Next;
            var reason = _admission.Check(item, Settings, now);
            if (reason == RefusalReason.None)
            {
                _door.Remove(item);
                Enter(item, now);
            }
            else if (reason is not (RefusalReason.Share or RefusalReason.Deadline or RefusalReason.Impossible) || ++passed > MostPassed)
            {
                return;
            }

            item = next;
        }
    }

    private void ExpireQueued(long now, Settlements settled)
    {
        while ((Queue.FindExpired(now) ?? _door.FindExpired(now)) is { } item)
        {
            Leave(item, ItemOutcome.Expired, settled);
        }
    }

    private void ExpireRunning(ScheduledBatch batch, long now, Settlements settled)
    {
        foreach (ref var slot in batch.Slots)
        {
            if (slot.Item.Deadline <= now && slot.Item.Outcome == ItemOutcome.None && slot.Item.Flagged == ItemOutcome.None)
            {
                Leave(slot.Item, ItemOutcome.Expired, settled);
            }
        }
    }

    private void Fail(QueueItem item, Exception error, Settlements settled)
    {
        item.Error ??= error;
        Unlink(item);
        BatchProgress.EndPart(item, settled);
    }

    private void Unlink(QueueItem item)
    {
        if (_door.Holds(item))
        {
            _door.Remove(item);
        }
        else if (item.Lane is not null)
        {
            Queue.Remove(item);
        }
    }
}
