// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace Inference.Hosting.Queueing;

/// <summary>First in, first out, for items that are alike in all that decides who goes first.</summary>
internal sealed class Lane
{
    /// <summary>The key of a lane whose items must be compared one by one, used when there are too many shapes.</summary>
    public const int Mixed = -1;

    public int Level { get; private set; }

    public int Flow { get; private set; }

    public int Key { get; private set; }

    /// <summary>Padded length of its items; 0 when they have none.</summary>
    public int Bin { get; private set; }

    /// <summary>Position among the lanes in use.</summary>
    public int Index { get; set; }

    public QueueItem? Head { get; private set; }

    public QueueItem? Tail { get; private set; }

    /// <summary>Rows that wait here.</summary>
    public int Rows { get; set; }

    public Lane Assign(int level, int flow, int key, int bin)
    {
        Debug.Assert(Head is null, "A lane in use is not given away.");
        (Level, Flow, Key, Bin, Rows) = (level, flow, key, bin, 0);
        return this;
    }

    public bool Matches(int level, int flow, int key, int bin)
        => Key == key && Bin == bin && Level == level && Flow == flow;

    public void Append(QueueItem item)
    {
        Debug.Assert(item.Lane is null, "An item is in one lane at most.");
        item.Lane = this;
        item.Previous = Tail;
        if (Tail is null)
        {
            Head = item;
        }
        else
        {
            Tail.Next = item;
        }

        Tail = item;
        Rows += item.RowsLeft;
    }

    public void Unlink(QueueItem item)
    {
        Debug.Assert(item.Lane == this, "Only its own lane lets an item go.");
        if (item.Previous is null)
        {
            Head = item.Next;
        }
        else
        {
            item.Previous.Next = item.Next;
        }

        if (item.Next is null)
        {
            Tail = item.Previous;
        }
        else
        {
            item.Next.Previous = item.Previous;
        }

        (item.Previous, item.Next, item.Lane) = (null, null, null);
        Rows -= item.RowsLeft;
    }
}
