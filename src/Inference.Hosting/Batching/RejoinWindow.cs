// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>Whether an instance should wait for the callers it has just answered.</summary>
/// <remarks>
/// Without it, callers that answer in a closed loop split into two half batches that take turns. The price of waiting falls on the rows that
/// are there; the gain is the run that the returning rows no longer need for themselves, now, and where nearly all who are answered come
/// back, with every further run of the two halves.
/// </remarks>
internal sealed class RejoinWindow
{
    private const double Gain = 0.25;
    private const long Longest = 100_000;

    // From this share of the answered rows on, those who come back are taken for callers in a closed loop.
    private const double ClosedLoop = 0.5;

    // Under it, halves that take turns are as good as one run, and nobody needs to wait.
    private const double LeastGain = 0.02;

    private double _returning;
    private double _answered;
    private int _arrived;
    private long _lastEnd;
    private long _window;
    private bool _isDecided;
    private int _target;

    /// <summary>When the hold ends at the latest.</summary>
    public long Until => _lastEnd + _window;

    /// <summary>Its run has ended: callers answered now may come back at once.</summary>
    /// <param name="now">When.</param>
    /// <param name="settings">The options in force.</param>
    /// <param name="curve">What runs cost.</param>
    /// <param name="length">Padded length of the run.</param>
    /// <param name="rows">Rows of the run.</param>
    public void Ended(long now, SchedulerSettings settings, RunTimeCurve curve, int length, int rows)
    {
        _answered += Gain * (rows - _answered);
        _returning += Gain * (_arrived - _returning);
        _arrived = 0;
        _lastEnd = now;
        _isDecided = false;
        _window = settings.RejoinWindow
            ?? (long)Math.Min(Longest, Math.Max(curve.Time(1, length) / 10, curve.Time(rows, length) / 20));
    }

    public void Arrived(int rows, long now)
    {
        if (_window > 0 && now <= Until)
        {
            _arrived += rows;
        }
    }

    /// <summary>Whether to hold <paramref name="waiting"/> rows back for now.</summary>
    public bool Holds(int waiting, int cap, int length, RunTimeCurve curve, long now)
    {
        if (_window <= 0 || waiting >= cap || now >= Until)
        {
            return false;
        }

        if (!_isDecided)
        {
            var (n, r) = ((double)waiting, _returning);
            var together = curve.Time(n + r, length);
            var alone = curve.Time(n, length);
            var apart = alone + curve.Time(r, length);
            var paysAtOnce = r * (apart - _window - together) > n * (_window + together - alone);
            var paysInTime = r >= ClosedLoop * _answered && _window + together < apart * (1 - LeastGain);
            _target = paysAtOnce || paysInTime ? Math.Min(cap, waiting + (int)Math.Ceiling(r)) : 0;
            _isDecided = true;
        }

        return waiting < _target;
    }

    public void Taken() => _isDecided = false;

    public void GiveUp() => _window = 0;
}
