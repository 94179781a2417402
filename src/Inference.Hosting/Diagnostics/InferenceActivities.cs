// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace Inference.Hosting.Diagnostics;

/// <summary>The activity source, and the spans of requests.</summary>
internal static class InferenceActivities
{
    public static ActivitySource Source { get; } = new(TelemetryNames.Source);

    /// <summary>A span of one call of a model, or null when nobody listens.</summary>
    public static Activity? StartInfer(string model, string version)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        return Source.StartActivity(TelemetryNames.InferActivity, ActivityKind.Internal)?
            .SetTag(TelemetryNames.Model, model)
            .SetTag(TelemetryNames.Version, version);
    }

    public static void SetTiming(Activity activity, in InferenceTiming timing)
        => activity.SetTag(TelemetryNames.Outcome, "ok")
            .SetTag("inference.queue.seconds", timing.Queue.TotalSeconds)
            .SetTag("inference.compute.seconds", timing.Compute.TotalSeconds)
            .SetTag("inference.batch.size", timing.BatchSize)
            .SetTag("inference.batch.close_reason", timing.CloseReason.ToString())
            .SetTag(TelemetryNames.Device, timing.Device);
}
