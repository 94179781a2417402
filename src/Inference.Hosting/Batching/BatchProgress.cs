// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Queueing;

namespace Inference.Hosting.Batching;

/// <summary>How the parts of a run move its items along, from being read to being answered. Callers hold the queue's lock.</summary>
internal static class BatchProgress
{
    /// <summary>Inputs were read, or reading them failed: callers may have their memory back.</summary>
    public static void Assembled(ScheduledBatch batch, Settlements settled)
    {
        foreach (ref var slot in batch.Slots)
        {
            var item = slot.Item;
            item.Assembling--;
            item.Running++;
            if (item.Assembling == 0 && item.Flagged != ItemOutcome.None)
            {
                settled.Settle(item, item.Flagged);
            }
        }
    }

    /// <summary>Drops those who left since a run failed: their memory must not be read again.</summary>
    public static void BeginRerun(ScheduledBatch batch, Settlements settled)
    {
        foreach (ref var slot in batch.Slots)
        {
            var item = slot.Item;
            item.Running--;
            if (item.Outcome != ItemOutcome.None || item.Error is not null)
            {
                slot.Rows = 0;
                EndPart(item, settled);
            }
            else
            {
                item.Assembling++;
            }
        }

        batch.Compact();
    }

    /// <summary>Drops those who got an answer of a run that failed in the end; the rest is left to be told apart.</summary>
    /// <remarks>
    /// Who left stays while somebody waits: it may be the guilty one, and whoever is alone in a failed run is taken for guilty.
    /// </remarks>
    public static void DropAnswered(ScheduledBatch batch, Settlements settled)
    {
        var isWaited = false;
        foreach (ref var slot in batch.Slots)
        {
            isWaited |= slot.Item.Outcome == ItemOutcome.None;
        }

        foreach (ref var slot in batch.Slots)
        {
            if (slot.Item.Outcome is ItemOutcome.Ok or ItemOutcome.Failed || !isWaited)
            {
                slot.Rows = 0;
                slot.Item.Running--;
                EndPart(slot.Item, settled);
            }
        }

        batch.Compact();
    }

    /// <summary>The rows of a batch have their results.</summary>
    public static void Succeeded(ScheduledBatch batch, long now, Settlements settled)
    {
        foreach (ref var slot in batch.Slots)
        {
            var item = slot.Item;
            item.Running--;
            item.DoneRows += slot.Rows;
            item.Ended = now;
            EndPart(item, settled);
        }
    }

    /// <summary>The answer waits for the last part, since its slice of the response is still written.</summary>
    public static void EndPart(QueueItem item, Settlements settled)
    {
        if (item.IsReleased)
        {
            settled.Settle(item, item.Error is null ? ItemOutcome.Ok : ItemOutcome.Failed);
        }
    }

    /// <summary>The earliest deadline of those who still wait for the run's results.</summary>
    public static long EarliestDeadline(ScheduledBatch batch)
    {
        var earliest = long.MaxValue;
        foreach (ref var slot in batch.Slots)
        {
            if (slot.Item.Outcome == ItemOutcome.None && slot.Item.Flagged == ItemOutcome.None)
            {
                earliest = Math.Min(earliest, slot.Item.Deadline);
            }
        }

        return earliest;
    }
}
