// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>All instances of a version: who is free, asleep, stuck or down. Guarded by the queue's lock.</summary>
internal sealed class InstanceTable(int count)
{
    private const long LeastHang = 30_000_000_000;
    private const int HangFactor = 10;

    private readonly InstanceState[] _instances = [.. Enumerable.Range(0, count).Select(_ => new InstanceState())];

    public ReadOnlySpan<InstanceState> All => _instances;

    public int Count => _instances.Length;

    /// <summary>Instances that can work, now or after their run.</summary>
    public int Workers
    {
        get
        {
            var workers = 0;
            foreach (var instance in _instances)
            {
                workers += instance.Phase != InstancePhase.Down && !instance.IsStuck ? 1 : 0;
            }

            return workers;
        }
    }

    public bool HasFree
    {
        get
        {
            foreach (var instance in _instances)
            {
                if (instance.Phase == InstancePhase.Idle)
                {
                    return true;
                }
            }

            return false;
        }
    }

    public InstanceState this[int index] => _instances[index];

    /// <summary>The least predicted time, in ns, until an instance is free.</summary>
    public long Remaining(long now)
    {
        var least = long.MaxValue;
        foreach (var instance in _instances)
        {
            if (instance.Phase != InstancePhase.Down && !instance.IsStuck)
            {
                var remaining = instance.Phase == InstancePhase.Busy ? Math.Max(0, instance.BusyUntil - now) : 0;
                least = Math.Min(least, remaining);
            }
        }

        return least == long.MaxValue ? 0 : least;
    }

    /// <summary>Sleeping instances besides one.</summary>
    public int CountIdle(InstanceState besides)
    {
        var idle = 0;
        foreach (var instance in _instances)
        {
            idle += instance != besides && instance.IsAsleep && instance.Phase == InstancePhase.Idle ? 1 : 0;
        }

        return idle;
    }

    /// <summary>A sleeping instance that so many waiting rows wake, now awake; or -1.</summary>
    public int Wake(int rows)
    {
        for (var i = 0; i < _instances.Length; i++)
        {
            var instance = _instances[i];
            var needed = instance.HoldUntil == long.MaxValue ? 0 : instance.HoldRows;
            if (instance.IsAsleep && instance.Phase == InstancePhase.Idle && rows >= needed)
            {
                instance.IsAsleep = false;
                return i;
            }
        }

        return -1;
    }

    /// <summary>A sleeping instance whose time has come, now awake; or -1.</summary>
    public int WakeDue(long now, bool hasOtherWork)
    {
        for (var i = 0; i < _instances.Length; i++)
        {
            var instance = _instances[i];
            if (instance.IsAsleep && (now >= instance.HoldUntil || hasOtherWork))
            {
                instance.IsAsleep = false;
                return i;
            }
        }

        return -1;
    }

    /// <summary>Marks runs that take so long that nobody should wait for them.</summary>
    public void MarkStuck(long now)
    {
        foreach (var instance in _instances)
        {
            instance.IsStuck |= instance.Batch is not null && now >= HangsAt(instance);
        }
    }

    /// <summary>When a held instance is to be woken, or a run counts as stuck.</summary>
    public long NextWake()
    {
        var next = long.MaxValue;
        foreach (var instance in _instances)
        {
            if (instance.IsAsleep)
            {
                next = Math.Min(next, instance.HoldUntil);
            }

            if (instance is { Batch: not null, IsStuck: false })
            {
                next = Math.Min(next, HangsAt(instance));
            }
        }

        return next;
    }

    private static long HangsAt(InstanceState instance)
        => instance.BusySince + Math.Max(HangFactor * (instance.BusyUntil - instance.BusySince), LeastHang);
}
