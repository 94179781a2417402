// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Queueing;

/// <summary>What the scheduler knows of a request: a cost, rows, a length, bytes and a compatibility key, and nothing of tensors.</summary>
/// <remarks>Links are intrusive, so that entering, leaving and cancelling cost O(1) and no memory. All members are guarded by the queue's lock.</remarks>
internal class QueueItem
{
    /// <summary>Rows to run; at least 1.</summary>
    public int Rows { get; set; } = 1;

    /// <summary>Length along the ragged axis; 0 when there is none.</summary>
    public int Length { get; set; }

    /// <summary>Bytes of input, of all rows.</summary>
    public long Bytes { get; set; }

    /// <summary>Only items with equal keys may share a run.</summary>
    public int Key { get; set; }

    /// <summary>Priority, from 1, the highest.</summary>
    public int Level { get; set; } = 1;

    /// <summary>Whose it is: an index of <see cref="TenantShares"/>.</summary>
    public int Flow { get; set; }

    /// <summary>When the answer is of no more use, in ns of the queue's clock.</summary>
    public long Deadline { get; set; } = long.MaxValue;

    /// <summary>When it must have started, in ns of the queue's clock.</summary>
    public long QueueDeadline { get; set; } = long.MaxValue;

    /// <summary>Whether it waits at the door instead of being refused.</summary>
    public bool MayWait { get; set; }

    public QueueItem? Previous { get; set; }

    public QueueItem? Next { get; set; }

    /// <summary>Where it waits; null when it is in no list.</summary>
    public Lane? Lane { get; set; }

    public long Arrival { get; set; }

    /// <summary>Tag of its first row in start-time fair queueing.</summary>
    public long StartTag { get; set; }

    /// <summary>By how much each row advances the tag.</summary>
    public long TagStep { get; set; }

    /// <summary>Units of cost a row: 1, its padded tokens, or what its owner says.</summary>
    public int RowCost { get; set; } = 1;

    /// <summary>The first row that no run has taken.</summary>
    public int NextRow { get; set; }

    /// <summary>Parts whose input is being read; the caller must not get its memory back meanwhile.</summary>
    public int Assembling { get; set; }

    /// <summary>Parts that run.</summary>
    public int Running { get; set; }

    public int DoneRows { get; set; }

    public ItemOutcome Outcome { get; set; }

    /// <summary>An outcome that waits until no part is being assembled.</summary>
    public ItemOutcome Flagged { get; set; }

    public Exception? Error { get; set; }

    /// <summary>Admitted against a stale estimate, to correct it; deadlines do not drop it.</summary>
    public bool IsProbe { get; set; }

    /// <summary>Its run was lost with its device once already.</summary>
    public bool WasRerun { get; set; }

    /// <summary>Position in the batch that is being formed, plus 1.</summary>
    public int Slot { get; set; }

    public long FirstTaken { get; set; }

    public long LastTaken { get; set; }

    public long Ended { get; set; }

    public int BatchSize { get; set; }

    public BatchCloseReason CloseReason { get; set; }

    /// <summary>The tag of the next row.</summary>
    public long Tag => StartTag + (NextRow * TagStep);

    public int RowsLeft => Rows - NextRow;

    /// <summary>The earlier of what bounds the queue and what bounds the answer.</summary>
    public long Expiry => Math.Min(Deadline, QueueDeadline);

    public bool HasParts => Assembling + Running > 0;

    /// <summary>Nothing of it waits or runs: the queue holds it no longer.</summary>
    public bool IsReleased => Lane is null && !HasParts;

    /// <summary>Makes it ready for another life.</summary>
    protected void ResetItem()
    {
        (Rows, Length, Bytes, Key, Level, Flow) = (1, 0, 0, 0, 1, 0);
        (Deadline, QueueDeadline, MayWait) = (long.MaxValue, long.MaxValue, false);
        (Arrival, StartTag, TagStep, RowCost, NextRow, DoneRows) = (0, 0, 0, 1, 0, 0);
        (Outcome, Flagged, Error, IsProbe, WasRerun, Slot) = (ItemOutcome.None, ItemOutcome.None, null, false, false, 0);
        (FirstTaken, LastTaken, Ended, BatchSize, CloseReason) = (0, 0, 0, 0, BatchCloseReason.None);
    }
}
