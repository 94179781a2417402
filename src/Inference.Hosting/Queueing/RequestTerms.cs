// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Queueing;

/// <summary>Under which terms a request queues: what it says itself, else what its context says, else the model's defaults.</summary>
internal static class RequestTerms
{
    /// <summary>Puts priority, flow, deadlines and overflow on an item.</summary>
    /// <exception cref="InferenceException">InvalidInput: no such priority; DeadlineExceeded: the deadline has passed.</exception>
    public static void Apply(
        QueueItem item, InferenceRequest? request, int levels, int defaultLevel, TenantShares shares, MonotonicClock clock, long now)
    {
        var context = InferenceContext.Current;
        var priority = request is { Priority: not 0 } ? request.Priority : context?.Priority ?? 0;
        if (priority < 0 || priority > levels)
        {
            throw new InferenceException(
                InferenceErrorCode.InvalidInput,
                $"Priority {priority} is out of range: use 1, the highest, to {levels}, or 0 for the model's default.")
            {
                Parameter = "priority",
            };
        }

        item.Level = priority == 0 ? defaultLevel : priority;
        item.Flow = shares.IndexOf(request?.Tenant ?? context?.Tenant);
        item.MayWait = (request?.Overflow ?? context?.Overflow ?? InferenceOverflow.Wait) == InferenceOverflow.Wait;
        if (request?.QueueTimeout is { } timeout)
        {
            item.QueueDeadline = now + MonotonicClock.Nanoseconds(timeout);
        }

        if ((request?.Deadline ?? context?.Deadline) is { } deadline)
        {
            item.Deadline = clock.At(deadline, now);
            if (item.Deadline <= now)
            {
                throw QueueFaults.Expired(item);
            }
        }
    }
}
