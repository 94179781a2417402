// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Diagnostics;
using Inference.Hosting.Queueing;

namespace Inference.Hosting.Batching;

/// <summary>The scheduler behind its one lock: callers enter and leave here, instances fetch their runs, one timer watches the time.</summary>
/// <remarks>Nothing that belongs to a user, and no engine, is called under the lock.</remarks>
internal sealed class BatchQueue : IDisposable
{
    private const int Yields = 4;
    private const int MostHolds = 10_000;

    [ThreadStatic]
    private static Settlements? _spare;

    private readonly Lock _lock = new();
    private readonly BatchScheduler _scheduler;
    private readonly RequestAnalyzer _analyzer;
    private readonly ResponsePool _responses;
    private readonly MonotonicClock _clock;
    private readonly QueueTimer _timer;
    private readonly RequestPool _pool;
    private readonly AutoResetEvent[] _signals;
    private readonly string _version;
    private readonly BatchMetrics? _metrics;
    private int _inFlight;
    private bool _isClosed;

    public BatchQueue(
        BatchScheduler scheduler,
        RequestAnalyzer analyzer,
        ResponsePool responses,
        ModelMetadata metadata,
        MonotonicClock clock,
        BatchMetrics? metrics = null)
    {
        _scheduler = scheduler;
        _analyzer = analyzer;
        _responses = responses;
        _clock = clock;
        _metrics = metrics;
        _version = metadata.Version;
        _signals = [.. Enumerable.Range(0, scheduler.Instances.Count).Select(_ => new AutoResetEvent(initialState: false))];
        _timer = new QueueTimer(clock, OnTimer);
        _pool = new RequestPool(this);
    }

    public MonotonicClock Clock => _clock;

    public ResponsePool Responses => _responses;

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

    /// <summary>The response of a request whose parts may start on two instances at once.</summary>
    public PooledResponse RentShared(PendingRequest pending)
    {
        lock (_lock)
        {
            return pending.Response ??= _responses.Rent(pending.Layout);
        }
    }

    /// <summary>Step 2 of a request: validated, queued, awaited.</summary>
    public ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<InferenceResponse>(cancellationToken);
        }

        var settings = _scheduler.Settings;
        RequestLayout layout;
        try
        {
            layout = _analyzer.Analyze(request, settings.MaxLength ?? int.MaxValue);
        }
        catch (InferenceException exception)
        {
            return ValueTask.FromException<InferenceResponse>(exception);
        }

        if (layout.Rows == 0)
        {
            return new(new InferenceResponse(_responses.RentEmpty(layout)));
        }

        var pending = _pool.Rent();
        pending.Begin(request, layout);
        var now = _clock.Now;
        try
        {
            RequestTerms.Apply(pending, request, settings, _scheduler.Queue.Shares, _clock, now);
        }
        catch (InferenceException exception)
        {
            pending.Recycle();
            if (exception.Code == InferenceErrorCode.DeadlineExceeded)
            {
                lock (_lock)
                {
                    Statistics.CountRefused();
                }
            }

            return ValueTask.FromException<InferenceResponse>(exception);
        }

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
            var refusal = Refusals.Create(admission.Reason, pending, settings, retryAfter);
            pending.Recycle();
            _metrics?.Refused(Refusals.Tag(admission.Reason));
            return ValueTask.FromException<InferenceResponse>(refusal);
        }

        Signal(admission.Wake);
        _timer.Arm(BatchScheduler.RoundUp(pending.Expiry));

        var task = pending.Task;
        if (cancellationToken.CanBeCanceled)
        {
            pending.Watch(cancellationToken);
        }

        return task;
    }

    /// <summary>The caller leaves.</summary>
    public void Leave(PendingRequest pending, ItemOutcome outcome)
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

    /// <summary>Step 3 of a request: what an instance is to do next; sleeps while there is nothing.</summary>
    /// <returns><see cref="TakeKind.Empty"/> only when the queue is closed.</returns>
    public TakeKind Next(int instance, ScheduledBatch batch, Settlements settled)
    {
        var (yields, held) = (0, 0);
        while (true)
        {
            TakeResult result;
            long next;
            bool sleeps;
            lock (_lock)
            {
                var now = _clock.Now;
                result = _scheduler.Take(instance, now, batch, settled);
                if (result.Kind == TakeKind.Empty && _isClosed)
                {
                    return TakeKind.Empty;
                }

                sleeps = result.Kind == TakeKind.Delay || (result.Kind == TakeKind.Empty && yields >= Yields);
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
            if (result.Kind is TakeKind.Run or TakeKind.Rerun or TakeKind.Probe)
            {
                return result.Kind;
            }

            if (sleeps)
            {
                _signals[instance].WaitOne();
                yields = 0;
            }
            else if (result.Kind == TakeKind.Rejoin)
            {
                Thread.Yield();
                if (++held > MostHolds)
                {
                    // A clock that stands still, as in tests, must not hold rows back for ever.
                    EndHold(instance);
                }
            }
            else
            {
                // Callers that were just answered are about to come back: a yield is cheaper than a sleep and a wake.
                do
                {
                    Thread.Yield();
                }
                while (++yields < Yields && _scheduler.Queue.Rows == 0);
            }
        }
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
            static state => ((AutoResetEvent)state!).Set(), _signals[instance], pause, Timeout.InfiniteTimeSpan);
        while (!Volatile.Read(ref _isClosed) && _clock.Now < until)
        {
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
            _scheduler.FailWaiting(Refusals.Stopped(), settled);
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

    /// <summary>Gives a request object back.</summary>
    public void Return(PendingRequest pending) => _pool.Return(pending);

    private static Settlements RentSettlements()
    {
        var settled = _spare ?? new Settlements();
        _spare = null;
        return settled;
    }

    private void EndHold(int instance)
    {
        lock (_lock)
        {
            _scheduler.EndHold(instance);
        }
    }

    private TimeSpan Refuse(PendingRequest pending, RefusalReason reason, long now)
    {
        Statistics.CountRefused();
        var drain = reason == RefusalReason.Breaker
            ? TimeSpan.FromTicks(Math.Clamp((_scheduler.Breaker.ProbeAt - now) / 100, TimeSpan.TicksPerSecond, TimeSpan.TicksPerMinute))
            : RetryAfterEstimator.Drain(_scheduler.Queue.Rows, _scheduler.Capacity(now));
        return RetryAfterEstimator.Spread(drain, HashCode.Combine(pending.Request.Id, now));
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
                _signals[wake].Set();
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
            var pending = (PendingRequest)settlement.Item;
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
            _signals[instance].Set();
        }
    }

    private void SignalAll()
    {
        foreach (var signal in _signals)
        {
            signal.Set();
        }
    }
}
