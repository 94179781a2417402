// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Queueing;

/// <summary>Start-time fair queueing over the named tenants and one default flow for all others.</summary>
/// <remarks>
/// An idle flow starts at the virtual time, so it earns no credit; it owes no more than what it has queued. Tags are integers, so the same
/// trace gives the same order.
/// </remarks>
internal sealed class TenantShares
{
    private const long Scale = 1 << 16;
    private const int ShareFactor = 4;

    private readonly List<TenantFlow> _flows = [new TenantFlow("default", 1)];
    private Dictionary<string, int> _indexes = new(StringComparer.Ordinal);
    private long _virtualTime;
    private int _known = 1;

    public int Count => _flows.Count;

    public TenantFlow this[int flow] => _flows[flow];

    /// <summary>Takes over names and weights. Indexes of known flows never change, since items carry them.</summary>
    public void Apply(IReadOnlyDictionary<string, int> weights)
    {
        // A new table each time: callers look names up without the lock.
        var indexes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (name, weight) in weights)
        {
            var index = _flows.FindIndex(1, flow => flow.Name == name);
            if (index < 0)
            {
                index = _flows.Count;
                _flows.Add(new TenantFlow(name, weight));
            }

            _flows[index].Weight = Math.Max(1, weight);
            indexes.Add(name, index);
        }

        Volatile.Write(ref _indexes, indexes);
        _known = weights.Count + 1;
    }

    /// <summary>The flow of a tenant; 0, the default flow, for all that are not named. Needs no lock.</summary>
    public int IndexOf(string? tenant)
        => tenant is not null && Volatile.Read(ref _indexes).TryGetValue(tenant, out var index) ? index : 0;

    /// <summary>Whether a flow may queue more: what it holds must stay below four times what is free, so room is left for a newcomer.</summary>
    public bool HasRoom(int flow, int rows, int limit, int queued)
        => _known == 1 || _flows[flow].Rows + rows <= ShareFactor * (long)(limit - queued);

    public void Enqueued(QueueItem item)
    {
        var flow = _flows[item.Flow];
        item.TagStep = Math.Max(1, item.RowCost * Scale / flow.Weight);
        item.StartTag = Math.Max(_virtualTime, flow.Finish);
        flow.Finish = item.StartTag + (item.Rows * item.TagStep);
        CountRows(flow, item.Level, item.Rows);
    }

    /// <summary>The next rows of an item start.</summary>
    public void Taken(QueueItem item, int rows)
    {
        var flow = _flows[item.Flow];
        _virtualTime = Math.Max(_virtualTime, item.Tag + ((rows - 1) * item.TagStep));
        flow.ServedCost += (long)rows * item.RowCost;
        CountRows(flow, item.Level, -rows);
    }

    /// <summary>The rest of an item leaves unserved; what it would have cost is given back when nothing was queued behind it.</summary>
    public void Removed(QueueItem item)
    {
        var flow = _flows[item.Flow];
        if (flow.Finish == item.StartTag + (item.Rows * item.TagStep))
        {
            flow.Finish = item.Tag;
        }

        CountRows(flow, item.Level, -item.RowsLeft);
    }

    /// <summary>
    /// Rows that go before new ones of a flow: its own, and of each other flow as many as its weight lets pass meanwhile.
    /// </summary>
    public int RowsAhead(int flow, int level, int rows)
    {
        var own = _flows[flow];
        var ownAhead = own.RowsUpTo(level);
        var ahead = (long)ownAhead;
        for (var i = 0; i < _flows.Count; i++)
        {
            if (i != flow && _flows[i].Rows > 0)
            {
                ahead += Math.Min(_flows[i].RowsUpTo(level), ((long)ownAhead + rows) * _flows[i].Weight / own.Weight);
            }
        }

        return (int)Math.Min(ahead, int.MaxValue / 2);
    }

    private static void CountRows(TenantFlow flow, int level, int rows)
    {
        if (level >= flow.RowsByLevel.Length)
        {
            var grown = new int[level + 4];
            flow.RowsByLevel.CopyTo(grown, 0);
            flow.RowsByLevel = grown;
        }

        flow.Rows += rows;
        flow.RowsByLevel[level] += rows;
    }
}
