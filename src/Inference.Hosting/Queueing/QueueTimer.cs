// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Queueing;

/// <summary>The one timer of a queue, armed for the earliest time that anybody asked for. Thread-safe.</summary>
/// <remarks>It may fire early or for nothing: whoever it calls looks at the time again.</remarks>
internal sealed class QueueTimer : IDisposable
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    private readonly Lock _lock = new();
    private readonly MonotonicClock _clock;
    private readonly ITimer _timer;
    private long _armedFor = long.MaxValue;
    private bool _isDisposed;

    public QueueTimer(MonotonicClock clock, Action elapsed)
    {
        _clock = clock;
        _timer = clock.Time.CreateTimer(
            _ =>
            {
                Volatile.Write(ref _armedFor, long.MaxValue);
                elapsed();
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Makes sure that the timer fires at a time, or before.</summary>
    /// <param name="at">In ns of the clock; <see cref="long.MaxValue"/> for never.</param>
    public void Arm(long at)
    {
        if (at >= Volatile.Read(ref _armedFor))
        {
            return;
        }

        lock (_lock)
        {
            if (at >= Volatile.Read(ref _armedFor) || _isDisposed)
            {
                return;
            }

            // Never due at once: a clock of tests would call back under the lock.
            var due = Math.Max((at - _clock.Now + NanosecondsPerMillisecond - 1) / NanosecondsPerMillisecond, 1);
            Volatile.Write(ref _armedFor, at);
            _timer.Change(TimeSpan.FromMilliseconds(Math.Min(due, int.MaxValue)), Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
        }

        _timer.Dispose();
    }
}
