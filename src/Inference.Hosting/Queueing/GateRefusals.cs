// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Inference.Hosting.Queueing;

/// <summary>Who may not enter the queue of an <see cref="AdmissionGate"/>, and what is said then.</summary>
internal static class GateRefusals
{
    /// <summary>Why an item may not enter now, as the metric tags it and in words; null when it may.</summary>
    /// <param name="item">Who asks.</param>
    /// <param name="settings">The options in force.</param>
    /// <param name="queue">What waits.</param>
    /// <param name="wait">How long it would wait, in ns, as predicted.</param>
    /// <param name="now">When.</param>
    public static (string Tag, string Why)? Check(QueueItem item, GateSettings settings, RequestQueue queue, double wait, long now)
    {
        if (item.Bytes > settings.MaxQueuedBytes)
        {
            return ("too_large", $"The request has {item.Bytes} bytes; the queue holds at most {settings.MaxQueuedBytes}");
        }

        if (queue.Rows + 1 > settings.MaxQueued)
        {
            return ("rows", $"The queue of {settings.MaxQueued} calls is full");
        }

        if (queue.Bytes + item.Bytes > settings.MaxQueuedBytes)
        {
            return ("bytes", $"The queue of {settings.MaxQueuedBytes} bytes is full");
        }

        if (!queue.Shares.HasRoom(item.Flow, 1, settings.MaxQueued, queue.Rows))
        {
            return ("share", $"The tenant's share of the queue of {settings.MaxQueued} calls is full");
        }

        return item.Expiry < long.MaxValue && now + wait > item.Expiry ? ("deadline", "The queue is too long for the deadline of the request")
            : wait > settings.MaxQueueTime ? ("time", string.Create(
                CultureInfo.InvariantCulture, $"The queue is longer than {settings.Source.MaxQueueTime.TotalSeconds:0.###} s"))
            : null;
    }

    /// <summary>The refusal.</summary>
    /// <param name="tag">Why.</param>
    /// <param name="why">The same in words.</param>
    /// <param name="drain">How long what is there now will take.</param>
    /// <param name="hash">Of the caller, so that the refused do not return as one.</param>
    public static InferenceException Create(string tag, string why, TimeSpan drain, int hash)
    {
        if (tag == "too_large")
        {
            return new InferenceException(InferenceErrorCode.PayloadTooLarge, $"{why}: send it in parts.");
        }

        var wait = RetryAfterEstimator.Spread(drain, hash);
        return new InferenceException(InferenceErrorCode.QueueFull, string.Create(
            CultureInfo.InvariantCulture, $"{why}: try again in {wait.TotalMilliseconds:0} ms, when what waits now is served."))
        {
            RetryAfter = wait,
        };
    }
}
