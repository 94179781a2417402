// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Queueing;

/// <summary>When a refused caller should come back: once what waits now is served, since all refused callers come back together.</summary>
internal static class RetryAfterEstimator
{
    private const double Jitter = 0.2;
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _unknown = TimeSpan.FromSeconds(1);

    /// <summary>The time to drain a queue.</summary>
    /// <param name="rows">Rows that wait.</param>
    /// <param name="rowsPerSecond">Learned capacity; 0 while unknown.</param>
    public static TimeSpan Drain(long rows, double rowsPerSecond)
        => rowsPerSecond <= 0
            ? _unknown
            : TimeSpan.FromSeconds(Math.Min(rows / rowsPerSecond, _longest.TotalSeconds));

    /// <summary>The same, up to a fifth earlier or later by the hash of the caller, so that the refused do not return as one.</summary>
    public static TimeSpan Spread(TimeSpan drain, int hash)
    {
        var share = unchecked((uint)hash * 2654435769u) / (double)uint.MaxValue;
        var moved = drain * (1 + (Jitter * ((2 * share) - 1)));
        return moved > _longest ? _longest : moved;
    }

    /// <summary>What the header says: whole seconds, from 1 to 60.</summary>
    public static int ToSeconds(TimeSpan retryAfter)
        => (int)Math.Clamp(Math.Ceiling(retryAfter.TotalSeconds), 1, 60);
}
