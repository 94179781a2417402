// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>Whether an instance should wait for the callers it has just answered.</summary>
/// <remarks>
/// Without it, callers that answer in a closed loop split into two half batches that take turns. The price of waiting falls on the rows that
/// are there; the gain is the run that the returning rows no longer need for themselves.
/// </remarks>
internal sealed class RejoinWindow
{
    private const double Gain = 0.25;
    private const long Longest = 100_000;

    private double _returning;
    private int _arrived;
    private long _lastEnd;
    private long _window;
    private bool _isDecided;
    private int _target;

    /// <summary>When the hold ends at the latest.</summary>
    public long Until => _lastEnd + _window;

    /// <summary>Its run has ended: callers answered now may come back at once.</summary>
    public void Ended(long now, SchedulerSettings settings, RunTimeCurve curve, int length)
    {
        _returning += Gain * (_arrived - _returning);
        _arrived = 0;
        _lastEnd = now;
        _isDecided = false;
        _window = settings.RejoinWindow ?? Math.Min(Longest, (long)(curve.Time(1, length) / 10));
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
            _target = r * (alone + curve.Time(r, length) - _window - together) > n * (_window + together - alone)
                ? waiting + (int)Math.Ceiling(r)
                : 0;
            _isDecided = true;
        }

        return waiting < _target;
    }

    public void Taken() => _isDecided = false;

    public void GiveUp() => _window = 0;
}
