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
            RequestTerms.Apply(pending, request, settings.Levels, settings.DefaultLevel, _scheduler.Queue.Shares, _clock, now);
        }
        catch (InferenceException exception)
        {
            pending.Recycle();
            if (exception.Code == InferenceErrorCode.DeadlineExceeded)
            {
                CountLate();
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

    /// <summary>Gives a request object back.</summary>
    public void Return(PendingRequest pending) => _pool.Return(pending);

    private static Settlements RentSettlements()
    {
        var settled = _spare ?? new Settlements();
        _spare = null;
        return settled;
    }

    // Its deadline had passed before it came.
    private void CountLate()
    {
        lock (_lock)
        {
            Statistics.CountRefused();
        }

        _metrics?.Refused(Refusals.Tag(RefusalReason.Deadline));
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
