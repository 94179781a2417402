// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Samples.Ocr;

/// <summary>How one run of one model went, as the batcher explains it.</summary>
/// <param name="QueueMs">Milliseconds before the run.</param>
/// <param name="ComputeMs">Milliseconds of the run.</param>
/// <param name="BatchSize">Rows in the run, those of other lines and callers included.</param>
/// <param name="CloseReason">Why it started with as many.</param>
internal sealed record StageTiming(double QueueMs, double ComputeMs, int BatchSize, string CloseReason)
{
    public static StageTiming From(InferenceTiming timing)
        => new(
            Math.Round(timing.Queue.TotalMilliseconds, 2),
            Math.Round(timing.Compute.TotalMilliseconds, 2),
            timing.BatchSize,
            timing.CloseReason.ToString());
}
