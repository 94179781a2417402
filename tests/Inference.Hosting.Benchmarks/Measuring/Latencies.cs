// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Benchmarks.Measuring;

/// <summary>Latencies of all callers in a fixed room, so that recording one allocates nothing.</summary>
internal sealed class Latencies(int capacity)
{
    private readonly double[] _microseconds = new double[capacity];
    private int _count;

    public int Count => Math.Min(Volatile.Read(ref _count), capacity);

    public void Add(TimeSpan latency)
    {
        var index = Interlocked.Increment(ref _count) - 1;
        if (index < capacity)
        {
            _microseconds[index] = latency.TotalMicroseconds;
        }
    }

    public (double P50, double P99) Percentiles()
    {
        var sorted = _microseconds[..Count];
        Array.Sort(sorted);
        return sorted.Length == 0 ? (0, 0) : (sorted[sorted.Length / 2], sorted[(int)(sorted.Length * 0.99)]);
    }
}
