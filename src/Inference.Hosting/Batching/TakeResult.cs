// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>What an instance is to do now.</summary>
internal enum TakeKind
{
    /// <summary>Nothing waits.</summary>
    Empty,

    /// <summary>Run the batch.</summary>
    Run,

    /// <summary>Run the batch; its rows were in a run that was lost with its device.</summary>
    Rerun,

    /// <summary>Run the canary and report.</summary>
    Probe,

    /// <summary>Look again very soon, yielding: callers that were just answered may come back.</summary>
    Rejoin,

    /// <summary>Sleep; the timer wakes the instance when the delay is over.</summary>
    Delay,

    /// <summary>End: the queue is closed.</summary>
    Closed,
}

/// <summary>What an instance is to do now.</summary>
/// <param name="Kind">What.</param>
/// <param name="Wake">Another instance whose thread must be signalled, or -1.</param>
internal readonly record struct TakeResult(TakeKind Kind, int Wake = -1);
