// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Inference.Hosting.Batching;
using Inference.Hosting.Diagnostics;
using Inference.Hosting.Queueing;

namespace Inference.Hosting.Backends;

/// <summary>A call with one item: awaited for itself, or one of several that are gathered.</summary>
internal sealed class ItemCall<TIn, TOut>(BatchQueue queue, GroupKeys? groups, CallPool<ItemCall<TIn, TOut>> pool) : AwaitedCall<TOut>(queue)
{
    private ItemGather<TIn, TOut>? _gather;
    private InferenceTiming _timing;

    public TIn Item { get; private set; } = default!;

    /// <summary>Of a run that has one.</summary>
    public TOut? Result { get; set; }

    /// <summary>The run that it is in, or was last.</summary>
    public ItemBatch<TIn, TOut>? Run { get; set; }

    /// <summary>Its position among those that are gathered.</summary>
    public int Position { get; private set; }

    public void Begin(TIn item, int cost, int key, ItemGather<TIn, TOut>? gather = null, int position = 0)
    {
        (Item, RowCost, Key, _gather, Position) = (item, cost, key, gather, position);
        BeginAwaited();
    }

    public override void Answer(string version)
    {
        Run?.CallerAnswered(Outcome);
        if (_gather is not null)
        {
            _gather.Answered(this, version);
        }
        else if (Outcome == ItemOutcome.Ok)
        {
            if (Parent != default)
            {
                _timing = Timing(version);
            }

            Complete(Result!);
        }
        else
        {
            Fail(Failure(Token));
        }
    }

    public override TOut GetResult(short token)
    {
        // Whoever fetches it is in the span of the call.
        if (Parent != default && Outcome == ItemOutcome.Ok && Activity.Current is { } activity && activity.Context == Parent)
        {
            InferenceActivities.SetTiming(activity, _timing);
        }

        return base.GetResult(token);
    }

    public override void Recycle()
    {
        groups?.Release(Key);
        (Item, Result, Run, _gather, Position, _timing) = (default!, default, null, null, 0, default);
        base.Recycle();
        pool.Return(this);
    }
}
