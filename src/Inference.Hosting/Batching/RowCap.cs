// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>The most rows that pay: the smallest size within a small loss of the best learned throughput.</summary>
/// <remarks>
/// Larger batches delay all their members and win next to nothing. The cap moves only when another size has won three times, so that noise
/// does not shake it. After each look a run under backlog takes the next larger size: a cap would otherwise never learn that it is too small.
/// </remarks>
internal sealed class RowCap(RunTimeCurve curve)
{
    private const int RunsBetween = 64;

    // Runs that take seconds are looked at sooner: a wrong cap costs as much time as they do.
    private const int SlowRunsBetween = 4;
    private const double SlowTime = 1e9;
    private const int WinsToMove = 3;
    private const double Hysteresis = 0.01;
    private const long QuietTime = 300_000_000_000;

    private readonly State[] _states = new State[32];
    private int _memoryCap = int.MaxValue;
    private long _memoryQuietSince;

    /// <summary>The cap in force.</summary>
    /// <param name="length">Padded length of the seed; 0 when there is none.</param>
    /// <param name="settings">The options in force.</param>
    /// <param name="now">Grows a cap that lack of memory had lowered.</param>
    public int Get(int length, SchedulerSettings settings, long now)
    {
        ref var state = ref _states[RunTimeCurve.BucketOf(length)];
        if (state.Knee == 0 && curve.IsLearned)
        {
            state.Knee = Knee(length, settings, settings.EfficiencyLoss);
        }

        var cap = state.Knee == 0 ? settings.MaxBatch : Math.Min(state.Knee, settings.MaxBatch);
        if (settings.MaxRunTime < long.MaxValue && curve.IsLearned)
        {
            cap = Math.Max(1, LargestWithin(settings.MaxRunTime, length, cap));
        }

        return Math.Min(cap, MemoryCap(settings, now));
    }

    /// <summary>The rows of a run for which more wait than its cap: the cap, or after a look at the curve the next larger size, to learn what it costs.</summary>
    public int ForBacklog(int length, int rowCap, SchedulerSettings settings)
    {
        ref readonly var state = ref _states[RunTimeCurve.BucketOf(length)];

        // A cap below the knee has another reason than cost: memory, or the time that a run may take.
        return state.Runs == 0 && rowCap == state.Knee && rowCap < settings.MaxBatch
            ? Math.Min(AnchorGrid.Value(AnchorGrid.Floor(rowCap) + 1), settings.MaxBatch)
            : rowCap;
    }

    /// <summary>Counts a run; looks at the curve again now and then.</summary>
    /// <param name="length">Padded length of the run.</param>
    /// <param name="settings">The options in force.</param>
    /// <param name="elapsed">What the run took, in ns.</param>
    public void Ran(int length, SchedulerSettings settings, long elapsed)
    {
        ref var state = ref _states[RunTimeCurve.BucketOf(length)];
        state.Busy += elapsed;
        if (state.Knee == 0 || ++state.Runs < (state.Busy >= SlowTime ? SlowRunsBetween : RunsBetween))
        {
            return;
        }

        (state.Runs, state.Busy) = (0, 0);
        var best = Knee(length, settings, settings.EfficiencyLoss);
        if (best < state.Knee)
        {
            // A smaller size must win with something to spare.
            best = Math.Min(state.Knee, Knee(length, settings, settings.EfficiencyLoss - Hysteresis));
        }
        else if (curve.Rate(best, length) < curve.Rate(state.Knee, length) * (1 + Hysteresis))
        {
            best = state.Knee;
        }

        state.Wins = best == state.Knee ? 0 : best == state.Candidate ? state.Wins + 1 : 1;
        state.Candidate = best;
        if (state.Wins >= WinsToMove)
        {
            (state.Knee, state.Wins) = (best, 0);
        }
    }

    /// <summary>Options or warm-up changed: look at the curve afresh.</summary>
    public void Reset() => Array.Clear(_states);

    /// <summary>A run of so many rows lacked memory.</summary>
    public void OutOfMemory(int rows, long now)
    {
        _memoryCap = Math.Min(_memoryCap, Math.Max(1, rows / 2));
        _memoryQuietSince = now;
    }

    /// <summary>The smallest anchor within a loss of the best; 1 when batches gain nothing.</summary>
    public int Knee(int length, SchedulerSettings settings, double loss)
    {
        var best = 0.0;
        for (var i = 0; ; i++)
        {
            var size = Math.Min(AnchorGrid.Value(i), settings.MaxBatch);
            best = Math.Max(best, curve.Rate(size, length));
            if (size == settings.MaxBatch)
            {
                break;
            }
        }

        if (best == 0)
        {
            return settings.MaxBatch;
        }

        if (best < (1 + settings.MinGain) * curve.Rate(1, length))
        {
            return 1;
        }

        for (var i = 0; ; i++)
        {
            var size = Math.Min(AnchorGrid.Value(i), settings.MaxBatch);
            if (size == settings.MaxBatch || curve.Rate(size, length) >= (1 - loss) * best)
            {
                return size;
            }
        }
    }

    /// <summary>The most rows, from 0 to a bound, whose predicted time is within a limit.</summary>
    public int LargestWithin(double limit, int length, int bound)
    {
        var (low, high) = (0, bound);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = curve.Time(middle, length) <= limit ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    private int MemoryCap(SchedulerSettings settings, long now)
    {
        while (_memoryCap < settings.MaxBatch && now - _memoryQuietSince >= QuietTime)
        {
            _memoryCap = AnchorGrid.Value(AnchorGrid.Floor(_memoryCap) + 1);
            _memoryQuietSince += QuietTime;
        }

        return _memoryCap;
    }

    private struct State
    {
        public int Knee;
        public int Runs;
        public double Busy;
        public int Candidate;
        public int Wins;
    }
}
