// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>How much time of an instance may go into telling guilty rows apart: a share of the last ten seconds.</summary>
internal sealed class IsolationBudget
{
    private const long Window = 10_000_000_000;

    private double _spent;
    private long _last;

    public bool IsSpent(double share, long now)
    {
        Leak(share, now);
        return share <= 0 || _spent >= share * Window;
    }

    public void Spend(long nanoseconds, double share, long now)
    {
        Leak(share, now);
        _spent += nanoseconds;
    }

    private void Leak(double share, long now)
    {
        _spent = Math.Max(0, _spent - ((now - _last) * share));
        _last = now;
    }
}
