// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Chaos.Calls;

namespace Inference.Hosting.Chaos.Checks;

/// <summary>What callers of one model saw. Thread-safe.</summary>
internal sealed class ModelTally
{
    private readonly long[] _outcomes = new long[Enum.GetValues<Outcome>().Length];
    private long _uncertain;
    private long _okRows;

    /// <summary>Calls of which only the server knows how they ended, or whether they ever came.</summary>
    public long Uncertain => Interlocked.Read(ref _uncertain);

    /// <summary>Rows of answered calls.</summary>
    public long OkRows => Interlocked.Read(ref _okRows);

    public long this[Outcome outcome] => Interlocked.Read(ref _outcomes[(int)outcome]);

    public void Count(Outcome outcome, bool isCertain, int rows)
    {
        if (!isCertain)
        {
            Interlocked.Increment(ref _uncertain);
            return;
        }

        Interlocked.Increment(ref _outcomes[(int)outcome]);
        if (outcome == Outcome.Ok)
        {
            Interlocked.Add(ref _okRows, rows);
        }
    }
}
