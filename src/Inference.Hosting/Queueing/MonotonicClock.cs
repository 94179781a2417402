// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Queueing;

/// <summary>Nanoseconds since it was made, from the timestamps of a time provider: never set back by a change of the wall clock.</summary>
internal sealed class MonotonicClock(TimeProvider time)
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly long _origin = time.GetTimestamp();
    private readonly long _frequency = time.TimestampFrequency;

    public TimeProvider Time { get; } = time;

    public long Now
    {
        get
        {
            var elapsed = Time.GetTimestamp() - _origin;
            return _frequency == NanosecondsPerSecond
                ? elapsed
                : (long)((Int128)elapsed * NanosecondsPerSecond / _frequency);
        }
    }

    /// <summary>The moment of a wall-clock time, as seen now; later changes of the wall clock do not move it.</summary>
    public long At(DateTimeOffset utc, long now)
    {
        var left = utc - Time.GetUtcNow();
        return left.Ticks >= (long.MaxValue - now) / 100 ? long.MaxValue : now + (left.Ticks * 100);
    }

    /// <summary>A duration in ns; <see cref="long.MaxValue"/> when it does not fit.</summary>
    public static long Nanoseconds(TimeSpan span) => span.Ticks >= long.MaxValue / 200 ? long.MaxValue / 2 : span.Ticks * 100;
}
