// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Queueing;

namespace Inference.Hosting.Batching;

/// <content>The side of the instances: fetch a run, report what became of it.</content>
internal sealed partial class BatchQueue
{
    private const int Yields = 4;
    private const int MostHolds = 10_000;

    /// <summary>Step 3 of a request: what an instance is to do next; its thread sleeps while there is nothing.</summary>
    /// <returns>A run, a probe, or <see cref="TakeKind.Closed"/>.</returns>
    public TakeKind Next(int instance, ScheduledBatch batch, Settlements settled)
    {
        var (yields, held) = (0, 0);
        if (_scheduler.Queue.Rows is > 0 and var waiting && waiting < batch.Rows)
        {
            // Fewer wait than were just answered: where cores are scarce, those who come back need this one for a moment.
            Thread.Yield();
        }

        while (true)
        {
            var maySleep = yields >= Yields;
            switch (TryNext(instance, batch, settled, maySleep))
            {
                case TakeKind.Delay:
                case TakeKind.Empty when maySleep:
                    _signals[instance].WaitOne();
                    yields = 0;
                    break;
                case TakeKind.Empty:
                    // Callers that were just answered are about to come back: a yield is cheaper than a sleep and a wake.
                    do
                    {
                        Thread.Yield();
                    }
                    while (++yields < Yields && _scheduler.Queue.Rows == 0);

                    break;
                case TakeKind.Rejoin:
                    AwaitReturn(instance, ref held);
                    break;
                case var kind:
                    return kind;
            }
        }
    }

    /// <summary>What an instance is to do next, at once.</summary>
    /// <param name="instance">Which.</param>
    /// <param name="batch">Gets the run.</param>
    /// <param name="settled">Empty; used on the way.</param>
    /// <param name="maySleep">Whether the instance sleeps when there is nothing; it always does when a delay holds rows back.</param>
    public TakeKind TryNext(int instance, ScheduledBatch batch, Settlements settled, bool maySleep)
    {
        TakeResult result;
        long next;
        lock (_lock)
        {
            var now = _clock.Now;
            result = _scheduler.Take(instance, now, batch, settled);
            if (result.Kind == TakeKind.Empty && _isClosed)
            {
                return TakeKind.Closed;
            }

            var sleeps = result.Kind == TakeKind.Delay || (result.Kind == TakeKind.Empty && maySleep);
            if (sleeps)
            {
                _scheduler.Sleep(instance);
            }

            next = sleeps || result.Kind is TakeKind.Run or TakeKind.Rerun ? _scheduler.NextWake() : long.MaxValue;
            Record(settled, now);
        }

        Signal(result.Wake);
        Settle(settled);
        _timer.Arm(next);
        return result.Kind;
    }

    /// <summary>What an instance without a thread awaits while it sleeps.</summary>
    public PoolSignal SignalOf(int instance) => _poolSignals[instance];

    /// <summary>Gives up waiting for callers that were just answered.</summary>
    public void EndHold(int instance)
    {
        lock (_lock)
        {
            _scheduler.EndHold(instance);
        }
    }

    /// <summary>The function has the result of one item, or knows that there will be none: its caller is answered while the run goes on.</summary>
    /// <param name="item">In a run.</param>
    /// <param name="error">Null when there is a result.</param>
    public void AnswerEarly(QueueItem item, Exception? error)
    {
        var settled = RentSettlements();
        lock (_lock)
        {
            if (item.Outcome == ItemOutcome.None)
            {
                var now = _clock.Now;
                item.Ended = now;
                item.Error ??= error;
                settled.Settle(item, item.Error is null ? ItemOutcome.Ok : ItemOutcome.Failed);
                Record(settled, now);
            }
        }

        Settle(settled);
        _spare = settled;
    }

    /// <summary>Takes those out of a run that ends who were answered while it went on.</summary>
    /// <param name="batch">Keeps the others.</param>
    /// <param name="results">How many of them got results.</param>
    /// <param name="times">Of the run.</param>
    /// <param name="settled">Empty; used on the way.</param>
    public void DropAnswered(ScheduledBatch batch, int results, in RunTimes times, Settlements settled)
    {
        lock (_lock)
        {
            if (results > 0)
            {
                Statistics.CountRun(results, times);
            }

            BatchProgress.DropAnswered(batch, settled);
            Record(settled, _clock.Now);
        }

        Settle(settled);
    }

    /// <summary>The inputs of a run were read.</summary>
    public void Assembled(ScheduledBatch batch, Settlements settled)
    {
        lock (_lock)
        {
            BatchProgress.Assembled(batch, settled);
            Record(settled, _clock.Now);
        }

        Settle(settled);
    }

    /// <summary>Drops those who left since a run failed.</summary>
    public void BeginRerun(ScheduledBatch batch, Settlements settled)
    {
        lock (_lock)
        {
            BatchProgress.BeginRerun(batch, settled);
            Record(settled, _clock.Now);
        }

        Settle(settled);
    }

    /// <summary>Step 6 of a request: results are there.</summary>
    public void Succeeded(int instance, ScheduledBatch batch, in RunTimes times, bool isRerun, int learnRows, Settlements settled)
    {
        lock (_lock)
        {
            _scheduler.Succeeded(batch, times.End, settled);
            Statistics.CountRun(batch.Rows, times);
            if (!isRerun)
            {
                _scheduler.Ended(instance, learnRows, batch.Length, times.End - times.Start, times.End);
            }

            Record(settled, times.End);
        }

        Settle(settled);
    }

    /// <summary>A part of a run failed for good.</summary>
    public void Failed(ScheduledBatch batch, Exception error, bool isPoison, Settlements settled)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            if (isPoison)
            {
                foreach (ref var slot in batch.Slots)
                {
                    _scheduler.Queue.Shares[slot.Item.Flow].CountPoison(now);
                }
            }

            _scheduler.Failed(batch, error, now, settled);
            Record(settled, now);
        }

        Settle(settled);
    }

    /// <summary>The instance is lost with its run.</summary>
    public void Lost(int instance, ScheduledBatch batch, Exception error, Settlements settled)
    {
        int wake;
        lock (_lock)
        {
            var now = _clock.Now;
            _scheduler.Lost(instance, batch, error, now, settled);
            wake = _scheduler.Wake();
            Record(settled, now);
        }

        Signal(wake);
        Settle(settled);
    }

    /// <summary>Sleeps on the thread of a lost instance until it is time to replace it.</summary>
    /// <returns>False when the queue was closed meanwhile.</returns>
    public bool Pause(int instance, TimeSpan pause)
    {
        var until = _clock.Now + MonotonicClock.Nanoseconds(pause);
        using var timer = _clock.Time.CreateTimer(
            static state => ((AutoResetEvent)state!).Set(),
            _signals[instance],
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        while (!Volatile.Read(ref _isClosed) && until - _clock.Now is var left and > 0)
        {
            // Armed each time, since a timer may fire a little before its time.
            timer.Change(TimeSpan.FromMilliseconds((left / 1_000_000) + 1), Timeout.InfiniteTimeSpan);
            _signals[instance].WaitOne();
        }

        return !Volatile.Read(ref _isClosed);
    }

    /// <summary>The replaced instance serves again.</summary>
    public void Restored(int instance)
    {
        lock (_lock)
        {
            _scheduler.SetDown(instance, isDown: false);
        }
    }

    /// <summary>The probe of an open breaker has ended.</summary>
    public void Probed(bool succeeded)
    {
        int wake;
        long next;
        lock (_lock)
        {
            var now = _clock.Now;
            _scheduler.Breaker.Probed(succeeded, now);
            wake = _scheduler.Wake();
            next = _scheduler.NextWake();
        }

        Signal(wake);
        _timer.Arm(next);
    }

    // Without the lock, which the returning callers need.
    private void AwaitReturn(int instance, ref int held)
    {
        var (rows, until) = (_scheduler.Queue.Rows, _scheduler.HoldEnd(instance));
        do
        {
            Thread.Yield();
        }
        while (++held < MostHolds && _scheduler.Queue.Rows == rows && _clock.Now < until);

        if (held >= MostHolds)
        {
            // A clock that stands still, as in tests, must not hold rows back for ever.
            EndHold(instance);
        }
    }
}
