// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Inference.Hosting.Engines;
using Inference.Hosting.Queueing;

namespace Inference.Hosting.Batching;

/// <summary>One call on its way: what the caller awaits and what the queue holds. Pooled.</summary>
/// <remarks>
/// Two references keep it from being reused too early: the caller's, let go when the result is fetched, and the queue's, let go when nothing
/// of it waits or runs. A caller that left while its rows run would otherwise see the object serve somebody else under the running batch.
/// </remarks>
internal abstract class PendingCall(BatchQueue queue) : QueueItem
{
    private int _references;

    /// <summary>The device that computed its last part.</summary>
    public string? Device { get; set; }

    /// <summary>The caller's activity, when somebody listens.</summary>
    public ActivityContext Parent { get; set; }

    /// <summary>Tells callers apart that are refused at one time.</summary>
    public virtual int RetryHash => HashCode.Combine(Arrival, Flow);

    protected BatchQueue Queue => queue;

    /// <summary>Answers the caller. Called once, by whoever decided the outcome, outside of the lock.</summary>
    /// <param name="version">That served.</param>
    public abstract void Answer(string version);

    /// <summary>Lets one reference go; the last one recycles.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            Recycle();
        }
    }

    /// <summary>Gives it back: it was refused, so that nobody else has seen it, or nobody holds it any more.</summary>
    public virtual void Recycle()
    {
        ResetItem();
        (Device, Parent) = (null, default);
    }

    /// <summary>Begins a life with both references.</summary>
    protected void BeginCall() => _references = 2;

    /// <summary>How the call was answered.</summary>
    public InferenceTiming Timing(string version)
        => new()
        {
            Version = version,
            Queue = TimeSpan.FromTicks((LastTaken - Arrival) / 100),
            Compute = TimeSpan.FromTicks((Ended - FirstTaken) / 100),
            BatchSize = BatchSize,
            CloseReason = CloseReason,
            Device = Device,
        };

    /// <summary>What a caller gets that gets no result.</summary>
    /// <param name="token">The caller's own.</param>
    public Exception Failure(CancellationToken token)
        => Outcome switch
        {
            ItemOutcome.Cancelled => new OperationCanceledException(token),
            ItemOutcome.Expired => QueueFaults.Expired(this),
            _ => Refusals.Failed(Error!),
        };
}
