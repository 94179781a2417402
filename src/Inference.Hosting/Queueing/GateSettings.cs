// SPDX-License-Identifier: Apache-2.0

using System.Collections.ObjectModel;

namespace Inference.Hosting.Queueing;

/// <summary>The queue's options in the units of the gate. Made again when the options change.</summary>
internal sealed class GateSettings(QueueOptions options)
{
    private const int DefaultMaxQueued = 1024;

    public QueueOptions Source => options;

    public int Levels { get; } = Math.Max(1, options.PriorityLevels);

    public int DefaultLevel { get; } = options.DefaultPriority ?? ((Math.Max(1, options.PriorityLevels) + 1) / 2);

    public long AgeStep { get; } = MonotonicClock.Nanoseconds(options.AgeStep);

    public long MaxQueueTime { get; } = MonotonicClock.Nanoseconds(options.MaxQueueTime);

    public int MaxQueued { get; } = options.MaxQueuedRows ?? DefaultMaxQueued;

    public long MaxQueuedBytes { get; } = options.MaxQueuedBytes;

    public IReadOnlyDictionary<string, int> Tenants { get; } = new ReadOnlyDictionary<string, int>(options.Tenants);
}
