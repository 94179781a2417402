// SPDX-License-Identifier: Apache-2.0

using System.Numerics;

namespace Inference.Hosting.Batching;

/// <summary>What a run of so many rows, of such a length, takes: learned from warm-up and from every run since.</summary>
/// <remarks>Single-threaded: guarded by the scheduler's lock. Times are in ns; 0 means unknown.</remarks>
internal sealed class RunTimeCurve
{
    /// <summary>Estimates decide about deadlines only after so many runs, or a warm-up.</summary>
    private const int LearnedAfter = 32;

    // Index 0 has no length; index k is length 2^(k-1).
    private readonly RunTimeTable?[] _tables = new RunTimeTable?[32];
    private int _samples;
    private bool _isSeeded;

    public bool IsLearned => _isSeeded || _samples >= LearnedAfter;

    /// <summary>Index of the table that learns a length.</summary>
    public static int BucketOf(int length)
    {
        if (length == 0)
        {
            return 0;
        }

        var log = BitOperations.Log2((uint)length);
        return Math.Min(1 + log + ((long)length * length > 1L << ((2 * log) + 1) ? 1 : 0), 31);
    }

    /// <summary>When a run of about this length was last learned from; <see cref="long.MinValue"/> for never.</summary>
    public long LastSample(int length) => _tables[BucketOf(length)]?.LastSample ?? long.MinValue;

    /// <summary>Predicted time of a run; rows need not be whole.</summary>
    /// <param name="rows">Rows, padding included.</param>
    /// <param name="length">Padded length; 0 when there is none.</param>
    public double Time(double rows, int length)
    {
        if (length == 0)
        {
            return _tables[0]?.Time(rows) ?? 0;
        }

        var floor = Math.Min(1 + BitOperations.Log2((uint)length), 31);
        var (below, above) = (floor, floor + 1);
        while (below > 0 && _tables[below] is null or { IsEmpty: true })
        {
            below--;
        }

        while (above < _tables.Length && _tables[above] is null or { IsEmpty: true })
        {
            above++;
        }

        if (below == 0 && above == _tables.Length)
        {
            return 0;
        }

        if (below == 0 || above == _tables.Length)
        {
            // A length outside of what was seen: the nearest, scaled by padded tokens.
            var near = below == 0 ? above : below;
            return _tables[near]!.Time(rows) * length / LengthOf(near);
        }

        var (shorter, longer) = (_tables[below]!.Time(rows), _tables[above]!.Time(rows));
        return shorter + ((longer - shorter) * (length - LengthOf(below)) / (LengthOf(above) - LengthOf(below)));
    }

    /// <summary>Rows a second at a size; 0 while unknown.</summary>
    public double Rate(int rows, int length)
    {
        var time = Time(rows, length);
        return time <= 0 ? 0 : rows * 1e9 / time;
    }

    /// <summary>Learns from one run.</summary>
    public void Observe(int rows, int length, long nanoseconds, long now)
    {
        var predicted = Time(rows, length);
        TableOf(length).Observe(
            rows, Math.Log(Math.Max(nanoseconds, 1)), predicted > 0 ? Math.Log(predicted) : double.NaN, now);
        _samples++;
    }

    /// <summary>Takes a warm-up measurement over.</summary>
    public void Seed(int rows, int length, long nanoseconds, int count, long now)
    {
        TableOf(length).Seed(rows, Math.Log(Math.Max(nanoseconds, 1)), count, now);
        _isSeeded = true;
    }

    private static double LengthOf(int bucket) => 1L << (bucket - 1);

    private RunTimeTable TableOf(int length) => _tables[BucketOf(length)] ??= new RunTimeTable();
}
