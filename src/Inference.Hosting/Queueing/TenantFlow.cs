// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Queueing;

/// <summary>What is known of one flow: its weight, its tag, what it has waiting.</summary>
internal sealed class TenantFlow(string name, int weight)
{
    private const int QuarantineAfter = 10;
    private const long Minute = 60_000_000_000;

    private int _poisoned;
    private long _poisonedSince;
    private long _quarantinedUntil;

    public string Name { get; } = name;

    public int Weight { get; set; } = weight;

    /// <summary>Tag at which its last queued row ends.</summary>
    public long Finish { get; set; }

    /// <summary>Rows that wait.</summary>
    public int Rows { get; set; }

    /// <summary>Rows that wait, by level from 1.</summary>
    public int[] RowsByLevel { get; set; } = new int[4];

    /// <summary>Cost of all rows that were taken.</summary>
    public long ServedCost { get; set; }

    public int RowsUpTo(int level)
    {
        var rows = 0;
        for (var i = 1; i <= level && i < RowsByLevel.Length; i++)
        {
            rows += RowsByLevel[i];
        }

        return rows;
    }

    /// <summary>Counts a row that failed alone; many of them within a minute keep the flow's rows among themselves for the next.</summary>
    public void CountPoison(long now)
    {
        if (now - _poisonedSince > Minute)
        {
            (_poisonedSince, _poisoned) = (now, 0);
        }

        if (++_poisoned > QuarantineAfter)
        {
            _quarantinedUntil = now + Minute;
        }
    }

    public bool IsQuarantined(long now) => now < _quarantinedUntil;
}
