// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Inference.Hosting.Engines;
using Inference.Hosting.Queueing;

namespace Inference.Hosting.Batching;

/// <summary>The words for callers that get no outputs.</summary>
internal static class Refusals
{
    public static InferenceException Create(RefusalReason reason, QueueItem item, SchedulerSettings settings, TimeSpan retryAfter)
    {
        var wait = string.Create(
            CultureInfo.InvariantCulture, $"try again in {retryAfter.TotalMilliseconds:0} ms, when what waits now is served");
        return reason switch
        {
            RefusalReason.Stopped => QueueFaults.Stopped(),
            RefusalReason.TooLarge => new InferenceException(
                InferenceErrorCode.PayloadTooLarge,
                $"The request has {item.Rows} rows and {item.Bytes} bytes; the queue holds at most {settings.MaxQueuedRows} rows and "
                + $"{settings.MaxQueuedBytes} bytes: send it in parts."),
            RefusalReason.Impossible => new InferenceException(
                InferenceErrorCode.DeadlineExceeded,
                "The deadline is shorter than the model needs for one row: allow more time."),
            RefusalReason.Breaker => new InferenceException(
                InferenceErrorCode.NotReady,
                "The model failed on every recent batch and is being checked: try again later.")
            {
                RetryAfter = retryAfter,
            },
            _ => new InferenceException(InferenceErrorCode.QueueFull, $"{Why(reason, settings)}: {wait}.") { RetryAfter = retryAfter },
        };
    }

    public static Exception Failed(Exception error)
        => error as InferenceException
            ?? new InferenceException(
                // A row that is at fault for certain, and failed alone, is the caller's to mend.
                error is EngineException { Fault: EngineFault.Data } ? InferenceErrorCode.InvalidInput : InferenceErrorCode.EngineFailed,
                (error as EngineException)?.PublicMessage ?? "The model failed on this request: check its inputs; the server's log has the cause.",
                error);

    public static InferenceException NotIsolated(Exception error)
        => new(
            InferenceErrorCode.EngineFailed,
            "The model failed on a batch that held this request, which may not be at fault: try again.",
            error)
        {
            IsIsolated = false,
        };

    public static InferenceException DeviceLost(Exception error)
        => new(InferenceErrorCode.NotReady, "The device that computed this request failed: try again.", error)
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    public static InferenceException NonFinite()
        => new(InferenceErrorCode.EngineFailed, "The model gave NaN or an infinity for this request: check its inputs.");

    /// <summary>The reason as its metric tags it.</summary>
    public static string Tag(RefusalReason reason)
        => reason switch
        {
            RefusalReason.TooLarge => "too_large",
            RefusalReason.Rows => "rows",
            RefusalReason.Bytes => "bytes",
            RefusalReason.Time => "time",
            RefusalReason.Share => "share",
            RefusalReason.Breaker => "breaker",
            RefusalReason.Stopped => "stopped",
            _ => "deadline",
        };

    private static string Why(RefusalReason reason, SchedulerSettings settings)
        => reason switch
        {
            RefusalReason.Rows => $"The queue of {settings.MaxQueuedRows} rows is full",
            RefusalReason.Bytes => $"The queue of {settings.MaxQueuedBytes} bytes is full",
            RefusalReason.Share => $"The tenant's share of the queue of {settings.MaxQueuedRows} rows is full",
            RefusalReason.Deadline => "The queue is too long for the deadline of the request",
            _ => $"The queue is longer than {TimeSpan.FromTicks(settings.MaxQueueTime / 100).TotalSeconds:0.###} s",
        };
}
