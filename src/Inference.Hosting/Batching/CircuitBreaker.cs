// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>Stops feeding an engine that fails whatever it is given; tries it again with a harmless probe, never with callers' rows.</summary>
internal sealed class CircuitBreaker
{
    private const int FailuresInARow = 5;
    private const int LeastRuns = 20;
    private const long Window = 30_000_000_000;
    private const long FirstPause = 1_000_000_000;
    private const long LongestPause = 60_000_000_000;

    private int _inARow;
    private int _runs;
    private int _failures;
    private long _windowStart;
    private long _pause;
    private bool _isProbing;

    public bool IsOpen { get; private set; }

    /// <summary>0 closed, 1 half open, 2 open: as its metric reports it.</summary>
    public int State => !IsOpen ? 0 : _isProbing ? 1 : 2;

    /// <summary>Batches that failed with no row at fault.</summary>
    public int Failures { get; private set; }

    /// <summary>When the next probe may run.</summary>
    public long ProbeAt { get; private set; } = long.MaxValue;

    public void Succeeded(long now)
    {
        Roll(now);
        _runs++;
        _inARow = 0;
    }

    /// <summary>A batch failed although nothing says that its rows were at fault.</summary>
    public void Failed(long now)
    {
        Roll(now);
        Failures++;
        _runs++;
        _failures++;
        _inARow++;
        if (!IsOpen && (_inARow >= FailuresInARow || (_runs >= LeastRuns && _failures * 2 >= _runs)))
        {
            IsOpen = true;
            Pause(now, FirstPause);
        }
    }

    /// <summary>Hands the one probe out that is due.</summary>
    public bool TryProbe(long now)
    {
        if (!IsOpen || _isProbing || now < ProbeAt)
        {
            return false;
        }

        _isProbing = true;
        ProbeAt = long.MaxValue;
        return true;
    }

    public void Probed(bool succeeded, long now)
    {
        _isProbing = false;
        if (!succeeded)
        {
            Pause(now, Math.Min(_pause * 2, LongestPause));
            return;
        }

        IsOpen = false;
        (_inARow, _runs, _failures, _windowStart) = (0, 0, 0, now);
        ProbeAt = long.MaxValue;
    }

    private void Pause(long now, long pause)
    {
        _pause = pause;
        ProbeAt = now + pause;
    }

    private void Roll(long now)
    {
        if (now - _windowStart > Window)
        {
            (_windowStart, _runs, _failures) = (now, 0, 0);
        }
    }
}
