// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting;

namespace QuickStart;

/// <summary>How one request was answered, for the page.</summary>
/// <param name="QueueMs">Time in the queue.</param>
/// <param name="ComputeMs">Time of assembly and run.</param>
/// <param name="BatchSize">Rows of all callers in the run.</param>
/// <param name="CloseReason">Why the batch started with those rows.</param>
/// <param name="Device">What computed.</param>
internal sealed record AnswerTiming(double QueueMs, double ComputeMs, int BatchSize, string CloseReason, string? Device)
{
    public static AnswerTiming From(InferenceTiming timing) => new(
        timing.Queue.TotalMilliseconds, timing.Compute.TotalMilliseconds, timing.BatchSize, timing.CloseReason.ToString(), timing.Device);
}
