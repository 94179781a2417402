// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Backends;

/// <summary>Counters of a version whose requests are calls of their own. Thread-safe.</summary>
internal sealed class StreamStatistics(TimeProvider time)
{
    private readonly Lock _lock = new();
    private DurationStatistic _success;
    private DurationStatistic _fail;
    private DurationStatistic _cancel;
    private DateTimeOffset? _lastInference;
    private long _refused;

    public TimeProvider Time { get; } = time;

    public void CountRefused() => Interlocked.Increment(ref _refused);

    public void CountSuccess(TimeSpan duration)
    {
        lock (_lock)
        {
            _success = Add(_success, duration);
            _lastInference = Time.GetUtcNow();
        }
    }

    public void CountFailure(TimeSpan duration)
    {
        lock (_lock)
        {
            _fail = Add(_fail, duration);
        }
    }

    public void CountCancelled(TimeSpan duration)
    {
        lock (_lock)
        {
            _cancel = Add(_cancel, duration);
        }
    }

    public ModelStatistics Snapshot()
    {
        lock (_lock)
        {
            var none = new DurationStatistic(_success.Count, TimeSpan.Zero);
            return new ModelStatistics
            {
                LastInference = _lastInference,
                InferenceCount = _success.Count,
                ExecutionCount = _success.Count,
                Success = _success,
                Fail = _fail,
                Cancel = _cancel,
                RefusedCount = Interlocked.Read(ref _refused),
                Queue = none,
                ComputeInput = none,
                ComputeInfer = _success,
                ComputeOutput = none,
                Batches = _success.Count == 0 ? [] : [new BatchStatistics(1, none, _success, none)],
            };
        }
    }

    private static DurationStatistic Add(DurationStatistic statistic, TimeSpan duration)
        => new(statistic.Count + 1, statistic.Total + duration);
}
