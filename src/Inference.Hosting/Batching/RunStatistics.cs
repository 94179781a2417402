// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Queueing;

namespace Inference.Hosting.Batching;

/// <summary>Counters of a version, written and read under the queue's lock.</summary>
/// <remarks>Only successful runs count, and each row once: in the run that answered it, also when that was a part of a failed one.</remarks>
internal sealed class RunStatistics
{
    private Counter _success;
    private Counter _fail;
    private Counter _cancel;
    private Counter _queue;
    private long _refused;
    private long _rows;
    private long _lastInference = -1;
    private SizeCounter[] _sizes = new SizeCounter[65];

    public void CountRun(int rows, in RunTimes times)
    {
        if (rows >= _sizes.Length)
        {
            Array.Resize(ref _sizes, Math.Max(rows + 1, _sizes.Length * 2));
        }

        _rows += rows;
        ref var size = ref _sizes[rows];
        size.Count++;
        size.Input += times.Assembled - times.Start;
        size.Infer += times.Executed - times.Assembled;
        size.Output += times.End - times.Executed;
    }

    public void CountRefused() => _refused++;

    public void CountRequest(QueueItem item, long now)
    {
        var total = now - item.Arrival;
        switch (item.Outcome)
        {
            case ItemOutcome.Ok:
                _success.Add(total);
                _queue.Add(item.LastTaken - item.Arrival);
                _lastInference = now;
                break;
            case ItemOutcome.Cancelled:
                _cancel.Add(total);
                break;
            default:
                _fail.Add(total);
                break;
        }
    }

    public ModelStatistics Snapshot(MonotonicClock clock, long now, long? memoryBytes)
    {
        var batches = new List<BatchStatistics>();
        var all = default(SizeCounter);
        for (var rows = 1; rows < _sizes.Length; rows++)
        {
            ref var size = ref _sizes[rows];
            if (size.Count > 0)
            {
                batches.Add(new BatchStatistics(rows, size.Of(size.Input), size.Of(size.Infer), size.Of(size.Output)));
                all.Count += size.Count;
                all.Input += size.Input;
                all.Infer += size.Infer;
                all.Output += size.Output;
            }
        }

        return new ModelStatistics
        {
            LastInference = _lastInference < 0 ? null : clock.Time.GetUtcNow() - TimeSpan.FromTicks((now - _lastInference) / 100),
            InferenceCount = _rows,
            ExecutionCount = all.Count,
            Success = _success.ToStatistic(),
            Fail = _fail.ToStatistic(),
            Cancel = _cancel.ToStatistic(),
            RefusedCount = _refused,
            Queue = _queue.ToStatistic(),
            ComputeInput = all.Of(all.Input),
            ComputeInfer = all.Of(all.Infer),
            ComputeOutput = all.Of(all.Output),
            Batches = batches,
            MemoryBytes = memoryBytes,
        };
    }

    private struct Counter
    {
        private long _count;
        private long _total;

        public void Add(long nanoseconds)
        {
            _count++;
            _total += nanoseconds;
        }

        public readonly DurationStatistic ToStatistic() => new(_count, TimeSpan.FromTicks(_total / 100));
    }

    private struct SizeCounter
    {
        public long Count;
        public long Input;
        public long Infer;
        public long Output;

        public readonly DurationStatistic Of(long total) => new(Count, TimeSpan.FromTicks(total / 100));
    }
}
