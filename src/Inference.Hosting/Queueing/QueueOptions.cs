// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Queueing;

/// <summary>What may wait, for how long, and who goes first. Section <c>Inference:Models:{name}:Queue</c>; reloads. Lower limits never evict.</summary>
public sealed class QueueOptions
{
    /// <summary>Longest predicted wait of a new request; beyond it the queue is full.</summary>
    /// <value>10 s by default.</value>
    public TimeSpan MaxQueueTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Most rows that wait; guards memory.</summary>
    /// <value>Null by default: the larger of 1024 and 64 times the maximum batch size.</value>
    public int? MaxQueuedRows { get; set; }

    /// <summary>Most bytes of input that wait; guards memory.</summary>
    /// <value>256 MiB by default.</value>
    public long MaxQueuedBytes { get; set; } = 256L << 20;

    /// <summary>Number of priority levels; 1 is the highest.</summary>
    /// <value>3 by default.</value>
    public int PriorityLevels { get; set; } = 3;

    /// <summary>The level of requests that name none.</summary>
    /// <value>Null by default: the middle level.</value>
    public int? DefaultPriority { get; set; }

    /// <summary>A waiting request rises by one level for each of these; zero keeps priorities strict.</summary>
    /// <value>1 s by default.</value>
    public TimeSpan AgeStep { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Tenants with a fair share of their own, and their weights. All others share one default flow of weight 1.</summary>
    /// <value>Empty by default; at most 64.</value>
    public IDictionary<string, int> Tenants { get; } = new Dictionary<string, int>(StringComparer.Ordinal);
}
