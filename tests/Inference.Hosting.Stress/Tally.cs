// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Stress;

/// <summary>What callers saw. Thread-safe.</summary>
internal sealed class Tally
{
    public long Sent;
    public long Ok;
    public long OkRows;
    public long Cancelled;
    public long Failed;
    public long NotIsolated;
    public long Expired;
    public long Full;
    public long Other;

    /// <summary>Refused at the door or failed later: callers cannot always tell.</summary>
    public long Errors => Failed + Expired + Full + Other;

    public override string ToString()
        => $"{Sent} requests: {Ok} ok, {Cancelled} cancelled, {Failed} failed ({NotIsolated} in company), {Expired} expired, {Full} refused, {Other} otherwise refused";

    /// <summary>Counts an error by its code.</summary>
    public void Count(InferenceException exception)
    {
        switch (exception.Code)
        {
            case InferenceErrorCode.EngineFailed or InferenceErrorCode.InvalidInput:
                Interlocked.Increment(ref Failed);
                if (!exception.IsIsolated)
                {
                    Interlocked.Increment(ref NotIsolated);
                }

                break;
            case InferenceErrorCode.DeadlineExceeded:
                Interlocked.Increment(ref Expired);
                break;
            case InferenceErrorCode.QueueFull:
                Interlocked.Increment(ref Full);
                break;
            default:
                Interlocked.Increment(ref Other);
                break;
        }
    }
}
