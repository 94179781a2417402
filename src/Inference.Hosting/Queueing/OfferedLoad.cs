// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Queueing;

/// <summary>Rows a second that arrive, as a running mean over about a second.</summary>
internal sealed class OfferedLoad
{
    private const long Window = 1_000_000_000;

    private long _start;
    private long _rows;
    private double _rate;

    public void Arrived(int rows, long now)
    {
        Roll(now);
        _rows += rows;
    }

    public double RowsPerSecond(long now)
    {
        Roll(now);
        return now > _start ? Math.Max(_rate, _rows * 1e9 / Math.Max(now - _start, Window)) : _rate;
    }

    private void Roll(long now)
    {
        var elapsed = now - _start;
        if (elapsed >= Window)
        {
            var current = _rows * 1e9 / elapsed;
            _rate = elapsed >= 2 * Window ? current : (_rate + current) / 2;
            (_start, _rows) = (now, 0);
        }
    }
}
