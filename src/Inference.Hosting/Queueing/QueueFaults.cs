// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Queueing;

/// <summary>The words for callers whose wait ended without a turn.</summary>
internal static class QueueFaults
{
    public static InferenceException Stopped()
        => new(InferenceErrorCode.NotReady, "The model is being unloaded: try again, or another version.")
        {
            Reason = InferenceErrorReasons.ShuttingDown,
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    public static InferenceException Expired(QueueItem item)
        => new(
            InferenceErrorCode.DeadlineExceeded,
            item.QueueDeadline < item.Deadline
                ? "The request waited in the queue for as long as its timeout allows: allow more time, or try again later."
                : "The deadline passed before the model could answer: allow more time, or try again later.");
}
