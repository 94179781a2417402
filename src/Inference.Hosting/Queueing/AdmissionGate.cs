// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.Metrics;
using Inference.Hosting.Diagnostics;

namespace Inference.Hosting.Queueing;

/// <summary>
/// A limit of calls at a time and the queue before it, for backends that do not batch: fair by tenant, by priority with age, bounded, and
/// honest about how long it will take. Thread-safe.
/// </summary>
public sealed class AdmissionGate : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly RequestQueue _queue = new();
    private readonly WaitingRoom _door = new();
    private readonly GateStatistics _statistics = new();
    private readonly OfferedLoad _offered = new();
    private readonly TaskCompletionSource _emptied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<int> _limit;
    private readonly Func<QueueOptions> _options;
    private readonly MonotonicClock _clock;
    private readonly QueueTimer _timer;
    private readonly BatchMetrics? _metrics;
    private GateSettings? _settings;
    private int _running;
    private bool _isClosed;

    /// <summary>Opens a gate.</summary>
    /// <param name="model">The model, for metrics.</param>
    /// <param name="version">The version, for metrics.</param>
    /// <param name="limit">Most calls at a time, from 1; asked at each call, so that it may change.</param>
    /// <param name="options">The queue's options; asked at each call. Rows are calls here.</param>
    /// <param name="time">The clock.</param>
    /// <param name="meters">Where the queue is measured; null for nowhere.</param>
    public AdmissionGate(
        string model, string version, Func<int> limit, Func<QueueOptions> options, TimeProvider time, IMeterFactory? meters = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(limit);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        (_limit, _options, _clock) = (limit, options, new MonotonicClock(time));
        _timer = new QueueTimer(_clock, OnTimer);
        _metrics = meters is null ? null : new BatchMetrics(meters, model, version, Observe);
    }

    /// <summary>How busy the gate is; rows are calls.</summary>
    public ModelLoad Load
    {
        get
        {
            lock (_lock)
            {
                var (settings, now) = (Settings(), _clock.Now);
                return new ModelLoad
                {
                    InFlight = _running + _queue.Items,
                    QueuedRows = _queue.Rows + _door.Rows,
                    OfferedRowsPerSecond = _offered.RowsPerSecond(now),
                    CapacityRowsPerSecond = Capacity(),
                    PredictedWait = TimeSpan.FromTicks((long)PredictedWait(0, settings.DefaultLevel) / 100),
                };
            }
        }
    }

    /// <summary>What its calls have come to.</summary>
    public ModelStatistics Statistics
    {
        get
        {
            lock (_lock)
            {
                return _statistics.Snapshot();
            }
        }
    }

    /// <summary>Waits for the call's turn.</summary>
    /// <param name="request">What the call says of itself; else <see cref="InferenceContext.Current"/>, else the model's defaults count. Null for no request.</param>
    /// <param name="bytes">Bytes of input that the call holds while it waits.</param>
    /// <param name="cancellationToken">The caller leaves.</param>
    /// <returns>The call's place; dispose it.</returns>
    /// <exception cref="InferenceException">
    /// QueueFull, with the time to come back; PayloadTooLarge; DeadlineExceeded; InvalidInput (no such priority); NotReady (the gate is closed).
    /// </exception>
    public ValueTask<AdmissionLease> EnterAsync(
        InferenceRequest? request = null, long bytes = 0, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var item = new GateItem(this) { Bytes = bytes };
        lock (_lock)
        {
            var now = _clock.Now;
            if (_isClosed)
            {
                throw QueueFaults.Stopped();
            }

            var settings = Settings();
            RequestTerms.Apply(item, request, settings.Levels, settings.DefaultLevel, _queue.Shares, _clock, now);
            item.Arrival = now;
            _offered.Arrived(1, now);
            if (_running < Limit() && _queue.Items == 0)
            {
                return new(Start(0, now));
            }

            Queue(item, settings, now);
            Pump(now);
        }

        return item.Turn.IsCompletedSuccessfully ? new(item.Turn.Result) : WaitAsync(item, cancellationToken);
    }

    /// <summary>Lets nobody in any more, sends away who waits, and completes when the last call has left.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _isClosed = true;
            while (!_queue.Lanes.IsEmpty)
            {
                Drop((GateItem)_queue.Lanes[0].Head!).Fail(ItemOutcome.Failed, QueueFaults.Stopped());
            }

            while (_door.Head is { } waiter)
            {
                Drop((GateItem)waiter).Fail(ItemOutcome.Failed, QueueFaults.Stopped());
            }

            SignalEmpty();
        }

        _timer.Dispose();
        await _emptied.Task.ConfigureAwait(false);
        _metrics?.Dispose();
    }

    internal void Leave(AdmissionLease lease)
    {
        lock (_lock)
        {
            var now = _clock.Now;
            _running--;
            _statistics.Add(lease.Outcome, lease.Waited, now - lease.Started, _clock.Time.GetUtcNow());
            Pump(now);
            SignalEmpty();
        }
    }

    private static async ValueTask<AdmissionLease> WaitAsync(GateItem item, CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((GateItem)state!).Gate.Abandon((GateItem)state, token), item);
        await using var ended = registration.ConfigureAwait(false);
        return await item.Turn.ConfigureAwait(false);
    }

    private void Abandon(GateItem item, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (item.Outcome == ItemOutcome.None)
            {
                var now = _clock.Now;
                Drop(item).Cancel(cancellationToken);
                _statistics.Add(ItemOutcome.Cancelled, now - item.Arrival, 0, _clock.Time.GetUtcNow());
                Pump(now);
            }
        }
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            Pump(_clock.Now);
        }
    }

    // Who waits at the door may enter the queue only behind those who came before.
    private void Queue(GateItem item, GateSettings settings, long now)
    {
        var refusal = Refusal(item, settings, now);
        if (refusal is null && (!item.MayWait || _door.IsEmpty))
        {
            _queue.Add(item, 0);
        }
        else if (item.MayWait && refusal?.Tag is not ("too_large" or "deadline"))
        {
            _door.Add(item);
        }
        else
        {
            var (tag, why) = refusal!.Value;
            _statistics.Refused++;
            _metrics?.Refused(tag);
            throw GateRefusals.Create(
                tag, why, RetryAfterEstimator.Drain(_queue.Rows + _running, Capacity()), item.GetHashCode());
        }
    }

    private void Pump(long now)
    {
        while ((_queue.FindExpired(now) ?? _door.FindExpired(now)) is GateItem expired)
        {
            Drop(expired).Fail(ItemOutcome.Expired, QueueFaults.Expired(expired));
            _statistics.Add(ItemOutcome.Expired, now - expired.Arrival, 0, _clock.Time.GetUtcNow());
        }

        var settings = Settings();
        Promote(settings, now);
        while (_running < Limit() && Next(settings, now) is { } next)
        {
            _queue.Take(next, 1);
            next.Admit(Start(now - next.Arrival, now));
            Promote(settings, now);
        }

        _timer.Arm(Math.Min(_queue.EarliestExpiry, _door.EarliestExpiry));
    }

    private void Promote(GateSettings settings, long now)
    {
        for (var waiter = _door.Head; waiter is not null;)
        {
            var next = waiter.Next;
            switch (Refusal(waiter, settings, now)?.Tag)
            {
                case null:
                    _door.Remove(waiter);
                    _queue.Add(waiter, 0);
                    break;
                case not "share":
                    return;
            }

            waiter = next;
        }
    }

    private GateItem? Next(GateSettings settings, long now)
    {
        QueueItem? best = null;
        foreach (var lane in _queue.Lanes)
        {
            var head = lane.Head!;
            best = best is null || QueueOrder.GoesBefore(head, head.Tag, best, best.Tag, settings.AgeStep, now) ? head : best;
        }

        return (GateItem?)best;
    }

    private (string Tag, string Why)? Refusal(QueueItem item, GateSettings settings, long now)
        => GateRefusals.Check(item, settings, _queue, PredictedWait(item.Flow, item.Level), now);

    private AdmissionLease Start(long waited, long now)
    {
        _running++;
        _metrics?.Queued(TimeSpan.FromTicks(waited / 100));
        return new AdmissionLease(this, now, waited);
    }

    private GateItem Drop(GateItem item)
    {
        if (_door.Holds(item))
        {
            _door.Remove(item);
        }
        else
        {
            _queue.Remove(item);
        }

        return item;
    }

    private double PredictedWait(int flow, int level)
        => _running < Limit() && _queue.Items == 0
            ? 0
            : (_queue.Shares.RowsAhead(flow, level, 1) + 1) * _statistics.Cost / Limit();

    private double Capacity() => _statistics.Cost == 0 ? 0 : Limit() * 1e9 / _statistics.Cost;

    private int Limit() => Math.Max(1, _limit());

    private GateSettings Settings()
    {
        var options = _options();
        if (!ReferenceEquals(_settings?.Source, options))
        {
            _settings = new GateSettings(options);
            _queue.Shares.Apply(_settings.Tenants);
        }

        return _settings!;
    }

    private BatchSnapshot Observe()
    {
        lock (_lock)
        {
            return new BatchSnapshot
            {
                QueuedRows = [.. Enumerable.Range(0, _queue.Shares.Count).Select(
                    flow => (_queue.Shares[flow].Name, (long)_queue.Shares[flow].Rows))],
                RowCap = Limit(),
                Capacity = Capacity(),
            };
        }
    }

    private void SignalEmpty()
    {
        if (_isClosed && _running == 0)
        {
            _emptied.TrySetResult();
        }
    }
}
