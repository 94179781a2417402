// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Queueing;

/// <summary>What the calls of a gate have come to. Guarded by the gate's lock.</summary>
internal sealed class GateStatistics
{
    /// <summary>What the newest call weighs in the learned cost.</summary>
    private const double Learning = 0.1;

    private DurationStatistic _success;
    private DurationStatistic _fail;
    private DurationStatistic _cancel;
    private DurationStatistic _queue;
    private DurationStatistic _compute;
    private DateTimeOffset? _last;

    /// <summary>Time of an answered call at its place, in ns, as learned; 0 while unknown.</summary>
    public double Cost { get; private set; }

    public long Refused { get; set; }

    public void Add(ItemOutcome outcome, long waited, long held, DateTimeOffset now)
    {
        var whole = Span(waited + held);
        switch (outcome)
        {
            case ItemOutcome.Ok:
                _success = Add(_success, whole);
                _queue = Add(_queue, Span(waited));
                _compute = Add(_compute, Span(held));
                _last = now;
                Cost = Cost == 0 ? Math.Max(1, held) : Cost + (Learning * (held - Cost));
                break;
            case ItemOutcome.Failed or ItemOutcome.Expired:
                _fail = Add(_fail, whole);
                break;
            default:
                _cancel = Add(_cancel, whole);
                break;
        }
    }

    public ModelStatistics Snapshot()
    {
        var none = new DurationStatistic(_success.Count, TimeSpan.Zero);
        return new ModelStatistics
        {
            LastInference = _last,
            InferenceCount = _success.Count,
            ExecutionCount = _success.Count,
            Success = _success,
            Fail = _fail,
            Cancel = _cancel,
            RefusedCount = Refused,
            Queue = _queue,
            ComputeInput = none,
            ComputeInfer = _compute,
            ComputeOutput = none,
            Batches = _success.Count == 0 ? [] : [new BatchStatistics(1, none, _compute, none)],
        };
    }

    private static TimeSpan Span(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / 100);

    private static DurationStatistic Add(DurationStatistic statistic, TimeSpan duration)
        => new(statistic.Count + 1, statistic.Total + duration);
}
