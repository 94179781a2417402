// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Remote.V2;

/// <summary>Counts rows, which the gate does not know: for it a call is a call. What a server makes of them is its own statistic. Thread-safe.</summary>
internal sealed class V2Statistics
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, DurationStatistic> _bySize = [];
    private long _rows;
    private long _calls;

    /// <summary>A call was answered.</summary>
    public void Add(int rows, TimeSpan compute)
    {
        lock (_lock)
        {
            _rows += rows;
            _calls++;
            var known = _bySize.GetValueOrDefault(rows);
            _bySize[rows] = new DurationStatistic(known.Count + 1, known.Total + compute);
        }
    }

    /// <summary>The gate's statistics with what it does not know.</summary>
    public ModelStatistics Complete(ModelStatistics gate)
    {
        lock (_lock)
        {
            return gate with
            {
                InferenceCount = _rows,
                ExecutionCount = _calls,
                Batches =
                [
                    .. _bySize.Select(size => new BatchStatistics(
                        size.Key, new DurationStatistic(size.Value.Count, TimeSpan.Zero), size.Value, new DurationStatistic(size.Value.Count, TimeSpan.Zero))),
                ],
            };
        }
    }
}
