// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Diagnostics;
using Inference.Hosting.Queueing;

namespace Inference.Hosting.Batching;

/// <summary>The scheduler behind its one lock: callers enter and leave here, instances fetch their runs, one timer watches the time.</summary>
/// <remarks>Nothing that belongs to a user, and no engine, is called under the lock.</remarks>
internal sealed partial class BatchQueue : IDisposable
{
    [ThreadStatic]
    private static Settlements? _spare;

    private readonly Lock _lock = new();
    private readonly BatchScheduler _scheduler;
    private readonly MonotonicClock _clock;
    private readonly QueueTimer _timer;
    private readonly AutoResetEvent[] _signals;
    private readonly PoolSignal[] _poolSignals;
    private readonly string _version;
    private readonly BatchMetrics? _metrics;
    private int _inFlight;
    private bool _isClosed;

    /// <param name="scheduler">Who goes, when, with whom.</param>
    /// <param name="metadata">Of the version that is served.</param>
    /// <param name="clock">The time of all that is given to the scheduler.</param>
    /// <param name="metrics">Null when nobody measures.</param>
    /// <param name="onPool">Whether instances have no threads of their own and sleep by awaiting.</param>
    public BatchQueue(
        BatchScheduler scheduler, ModelMetadata metadata, MonotonicClock clock, BatchMetrics? metrics = null, bool onPool = false)
    {
        _scheduler = scheduler;
        _clock = clock;
        _metrics = metrics;
        _version = metadata.Version;
        var instances = Enumerable.Range(0, scheduler.Instances.Count);
        _signals = onPool ? [] : [.. instances.Select(_ => new AutoResetEvent(initialState: false))];
        _poolSignals = onPool ? [.. instances.Select(_ => new PoolSignal())] : [];
        _timer = new QueueTimer(clock, OnTimer);
    }

    public MonotonicClock Clock => _clock;

    /// <summary>The options in force.</summary>
    public SchedulerSettings Settings => _scheduler.Settings;

    public RunStatistics Statistics { get; } = new();

    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Reads or changes the scheduler under the lock.</summary>
    public T With<T>(Func<BatchScheduler, long, T> read)
    {
        lock (_lock)
        {
            return read(_scheduler, _clock.Now);
        }
    }

    /// <summary>Takes new options over, from the next decision on.</summary>
    public void Apply(SchedulerSettings settings)
    {
        var settled = RentSettlements();
        int wake;
        lock (_lock)
        {
            var now = _clock.Now;
            _scheduler.Apply(settings);
            _scheduler.FailTooLarge(settled);
            wake = _scheduler.LetIn(now);
            Record(settled, now);
        }

        Signal(wake);
        Settle(settled);
        _spare = settled;
    }

    /// <summary>Takes a call in, or says why not: then nobody but the caller has seen it.</summary>
    /// <param name="pending">With its terms.</param>
    /// <param name="settings">The options that the terms were made with.</param>
    /// <param name="now">When it came.</param>
    public InferenceException? Enter(PendingCall pending, SchedulerSettings settings, long now)
    {
        if (RunActivities.HasListeners)
        {
            pending.Parent = RunActivities.Current;
        }

        Admission admission;
        var retryAfter = TimeSpan.Zero;
        lock (_lock)
        {
            admission = _scheduler.TryEnqueue(pending, now);
            if (admission.Reason == RefusalReason.None)
            {
                _inFlight++;
            }
            else
            {
                retryAfter = Refuse(pending, admission.Reason, now);
            }
        }

        if (admission.Reason != RefusalReason.None)
        {
            _metrics?.Refused(Refusals.Tag(admission.Reason));
            return Refusals.Create(admission.Reason, pending, settings, retryAfter);
        }

        Signal(admission.Wake);
        _timer.Arm(BatchScheduler.RoundUp(pending.Expiry));
        return null;
    }

    /// <summary>Takes calls in together, in their order, or none of them.</summary>
    /// <inheritdoc cref="Enter"/>
    public InferenceException? EnterAll(ReadOnlySpan<PendingCall> pending, SchedulerSettings settings, long now)
    {
        var expiry = long.MaxValue;
        var parent = RunActivities.HasListeners ? RunActivities.Current : default;
        foreach (var call in pending)
        {
            call.Parent = parent;
            expiry = Math.Min(expiry, call.Expiry);
        }

        Admission admission;
        QueueItem refused;
        var retryAfter = TimeSpan.Zero;
        lock (_lock)
        {
            admission = _scheduler.TryEnqueueAll(pending, now, out refused);
            if (admission.Reason == RefusalReason.None)
            {
                _inFlight += pending.Length;
            }
            else
            {
                retryAfter = Refuse((PendingCall)refused, admission.Reason, now);
            }
        }

        if (admission.Reason != RefusalReason.None)
        {
            _metrics?.Refused(Refusals.Tag(admission.Reason));
            return Refusals.Create(admission.Reason, refused, settings, retryAfter);
        }

        Signal(admission.Wake);
        _timer.Arm(BatchScheduler.RoundUp(expiry));
        return null;
    }

    /// <summary>Puts the terms of its caller on a call.</summary>
    /// <returns>Why they cannot be met, or null.</returns>
    public InferenceException? ApplyTerms(PendingCall pending, InferenceRequest? request, SchedulerSettings settings, long now)
    {
        try
        {
            RequestTerms.Apply(pending, request, settings.Levels, settings.DefaultLevel, _scheduler.Queue.Shares, _clock, now);
            return null;
        }
        catch (InferenceException exception)
        {
            if (exception.Code == InferenceErrorCode.DeadlineExceeded)
            {
                CountRefused(RefusalReason.Deadline);
            }

            return exception;
        }
    }

    /// <summary>A call was refused before it came to the scheduler.</summary>
    public void CountRefused(RefusalReason reason)
    {
        lock (_lock)
        {
            Statistics.CountRefused();
        }

        _metrics?.Refused(Refusals.Tag(reason));
    }

    /// <summary>The caller leaves.</summary>
    public void Leave(PendingCall pending, ItemOutcome outcome)
    {
        var settled = RentSettlements();
        int wake;
        var detached = 0;
        lock (_lock)
        {
            var now = _clock.Now;
            detached = pending.Running > 0 && pending.Outcome == ItemOutcome.None ? pending.NextRow - pending.DoneRows : 0;
            _scheduler.Leave(pending, outcome, settled);
            wake = _scheduler.LetIn(now);
            Record(settled, now);
        }

        _metrics?.Detached(detached);
        Signal(wake);
        Settle(settled);
        _spare = settled;
    }

    /// <summary>Takes nothing new in; what was accepted goes on.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _scheduler.Stop();
        }

        SignalAll();
    }

    /// <summary>Fails what has not started, and lets the instances end after their runs.</summary>
    public void Close()
    {
        var settled = RentSettlements();
        lock (_lock)
        {
            _scheduler.Stop();
            Volatile.Write(ref _isClosed, true);
            _scheduler.FailWaiting(QueueFaults.Stopped(), settled);
            Record(settled, _clock.Now);
        }

        Settle(settled);
        _spare = settled;
        SignalAll();
    }

    /// <summary>Called when all instances have ended.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }
    }

    private static Settlements RentSettlements()
    {
        var settled = _spare ?? new Settlements();
        _spare = null;
        return settled;
    }

    private TimeSpan Refuse(PendingCall pending, RefusalReason reason, long now)
    {
        Statistics.CountRefused();
        var drain = reason == RefusalReason.Breaker
            ? TimeSpan.FromTicks(Math.Clamp((_scheduler.Breaker.ProbeAt - now) / 100, TimeSpan.TicksPerSecond, TimeSpan.TicksPerMinute))
            : RetryAfterEstimator.Drain(_scheduler.Queue.Rows, _scheduler.Capacity(now));
        return RetryAfterEstimator.Spread(drain, HashCode.Combine(pending.RetryHash, now));
    }

    private void OnTimer()
    {
        var settled = RentSettlements();
        long next;
        lock (_lock)
        {
            if (_isClosed)
            {
                return;
            }

            var now = _clock.Now;
            _scheduler.Expire(now, settled);
            for (var wake = _scheduler.WakeDue(now); wake >= 0; wake = _scheduler.WakeDue(now))
            {
                Set(wake);
            }

            next = _scheduler.NextWake();
            Record(settled, now);
        }

        Settle(settled);
        _spare = settled;
        _timer.Arm(next);
    }

    private void Record(Settlements settled, long now)
    {
        foreach (ref readonly var settlement in settled.Items)
        {
            if (settlement.Answer)
            {
                _inFlight--;
                Statistics.CountRequest(settlement.Item, now);
            }
        }
    }

    private void Settle(Settlements settled)
    {
        foreach (ref readonly var settlement in settled.Items)
        {
            var pending = (PendingCall)settlement.Item;
            if (settlement.Answer)
            {
                pending.Answer(_version);
            }

            if (settlement.Release)
            {
                pending.Release();
            }
        }

        settled.Clear();
    }

    private void Signal(int instance)
    {
        if (instance >= 0)
        {
            _metrics?.Woken();
            Set(instance);
        }
    }

    private void Set(int instance)
    {
        if (_signals.Length > 0)
        {
            _signals[instance].Set();
        }
        else
        {
            _poolSignals[instance].Set();
        }
    }

    private void SignalAll()
    {
        for (var i = 0; i < _scheduler.Instances.Count; i++)
        {
            Set(i);
        }
    }
}
