// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>What the scheduler knows of one engine instance.</summary>
internal sealed class InstanceState
{
    public InstancePhase Phase { get; set; }

    /// <summary>Its run, while <see cref="InstancePhase.Busy"/>.</summary>
    public ScheduledBatch? Batch { get; set; }

    public long BusySince { get; set; }

    /// <summary>Predicted end of its run.</summary>
    public long BusyUntil { get; set; }

    /// <summary>The run took so long that the instance counts as stuck.</summary>
    public bool IsStuck { get; set; }

    /// <summary>Its thread sleeps, and wakes by a signal only.</summary>
    public bool IsAsleep { get; set; }

    /// <summary>While asleep with work that a delay holds back: when to wake it.</summary>
    public long HoldUntil { get; set; } = long.MaxValue;

    /// <summary>While asleep with work that a delay holds back: how many waiting rows wake it earlier.</summary>
    public int HoldRows { get; set; } = int.MaxValue;

    public RejoinWindow Rejoin { get; } = new();
}

/// <summary>Whether an instance can take work.</summary>
internal enum InstancePhase
{
    Idle,
    Busy,
    Down,
}
