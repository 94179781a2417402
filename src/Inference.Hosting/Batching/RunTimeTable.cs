// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>Learned run times of one length, by rows.</summary>
/// <remarks>
/// Logarithms on the anchor grid, so that noise is a factor; outliers are clipped, so that a stall of the machine teaches little; read through
/// a monotone fit. No line is fitted: when all traffic has one size, a line through it says nothing about other sizes.
/// </remarks>
internal sealed class RunTimeTable
{
    private const double InitialDeviation = 0.1;
    private const double LeastDeviation = 0.02;
    private const double LeastGain = 0.05;
    private const int RegimeChange = 6;

    private readonly double[] _logs = new double[AnchorGrid.Count];
    private readonly int[] _counts = new int[AnchorGrid.Count];
    private readonly double[] _fit = new double[AnchorGrid.Count];
    private double _deviation = InitialDeviation;
    private int _streak;
    private int _lowest = AnchorGrid.Count;
    private int _highest = -1;

    public long LastSample { get; private set; }

    public bool IsEmpty => _highest < 0;

    /// <summary>Time in ns; rows need not be whole.</summary>
    public double Time(double rows)
    {
        if (_highest < 0 || rows <= 0)
        {
            return 0;
        }

        if (rows <= AnchorGrid.Value(_lowest))
        {
            return _fit[_lowest];
        }

        var index = AnchorGrid.Floor((int)rows);
        if (index >= _highest)
        {
            // Beyond what was seen the last slope goes on.
            if (_lowest == _highest)
            {
                return _fit[_highest];
            }

            var (x0, x1) = (AnchorGrid.Value(_highest - 1), AnchorGrid.Value(_highest));
            return _fit[_highest] + ((_fit[_highest] - _fit[_highest - 1]) / (x1 - x0) * (rows - x1));
        }

        var (low, high) = (AnchorGrid.Value(index), AnchorGrid.Value(index + 1));
        return _fit[index] + ((_fit[index + 1] - _fit[index]) * (rows - low) / (high - low));
    }

    /// <summary>Learns from one run.</summary>
    /// <param name="rows">Rows that were run, padding included.</param>
    /// <param name="log">Logarithm of its time in ns.</param>
    /// <param name="predicted">Logarithm of the prediction; NaN when there was none.</param>
    /// <param name="now">When.</param>
    public void Observe(int rows, double log, double predicted, long now)
    {
        LastSample = now;
        var anchor = AnchorGrid.Nearest(rows);
        if (double.IsNaN(predicted))
        {
            Set(anchor, log, 1);
            Fit();
            return;
        }

        var residual = log - predicted;
        var seen = _counts[anchor] > 0;
        var limit = seen ? 3 * Math.Max(_deviation, LeastDeviation) : double.MaxValue;
        var isClipped = Math.Abs(residual) > limit;
        _streak = isClipped ? Math.Sign(residual) + (Math.Sign(_streak) == Math.Sign(residual) ? _streak : 0) : 0;
        double correction;
        if (Math.Abs(_streak) >= RegimeChange)
        {
            (correction, _streak) = (residual, 0);
        }
        else
        {
            residual = Math.Clamp(residual, -limit, limit);
            correction = residual * Math.Max(LeastGain, 1.0 / (_counts[anchor] + 1));
        }

        if (seen)
        {
            _deviation += LeastGain * ((Math.Min(Math.Abs(residual), limit) * 1.25) - _deviation);
            Shift(anchor, correction);
            Set(anchor, _logs[anchor] + correction, _counts[anchor] + 1);
        }
        else
        {
            var there = AnchorGrid.Value(anchor);
            var guess = IsEmpty ? predicted : Math.Log(Math.Max(Time(there), 1));
            Set(anchor, guess + correction, 1);
        }

        Fit();
    }

    /// <summary>Takes a measurement over as it is.</summary>
    public void Seed(int rows, double log, int count, long now)
    {
        LastSample = now;
        Set(AnchorGrid.Nearest(rows), log, count);
        Fit();
    }

    // Clocks, heat and noisy neighbours move all sizes alike, the near ones most.
    private void Shift(int anchor, double correction)
    {
        for (var i = _lowest; i <= _highest; i++)
        {
            if (i != anchor && _counts[i] > 0)
            {
                _logs[i] += correction / 2 / (1 + (Math.Abs(i - anchor) / 2.0));
            }
        }
    }

    private void Set(int anchor, double log, int count)
    {
        _logs[anchor] = log;
        _counts[anchor] = count;
        _lowest = Math.Min(_lowest, anchor);
        _highest = Math.Max(_highest, anchor);
    }

    // Pool adjacent violators over what was seen, then lines between.
    private void Fit()
    {
        Span<double> level = stackalloc double[AnchorGrid.Count];
        Span<int> width = stackalloc int[AnchorGrid.Count];
        var blocks = 0;
        for (var i = _lowest; i <= _highest; i++)
        {
            if (_counts[i] == 0)
            {
                continue;
            }

            (level[blocks], width[blocks]) = (Math.Exp(_logs[i]), 1);
            blocks++;
            while (blocks > 1 && level[blocks - 2] > level[blocks - 1])
            {
                var all = width[blocks - 2] + width[blocks - 1];
                level[blocks - 2] = ((level[blocks - 2] * width[blocks - 2]) + (level[blocks - 1] * width[blocks - 1])) / all;
                width[blocks - 2] = all;
                blocks--;
            }
        }

        var (block, used, previous) = (0, 0, -1);
        for (var i = _lowest; i <= _highest; i++)
        {
            if (_counts[i] == 0)
            {
                continue;
            }

            _fit[i] = level[block];
            if (++used == width[block])
            {
                (block, used) = (block + 1, 0);
            }

            Bridge(previous, i);
            previous = i;
        }
    }

    private void Bridge(int from, int to)
    {
        for (var i = from + 1; from >= 0 && i < to; i++)
        {
            var (x0, x1, x) = (AnchorGrid.Value(from), AnchorGrid.Value(to), AnchorGrid.Value(i));
            _fit[i] = _fit[from] + ((_fit[to] - _fit[from]) * (x - x0) / (x1 - x0));
        }
    }
}
