// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Inference.Hosting.Diagnostics;

namespace Inference.Hosting.Models;

/// <summary>Duration and span of one call of a capability; ended by disposal.</summary>
internal sealed class CallMeasure(string model, string version, InferenceMetrics metrics, TimeProvider time) : IDisposable
{
    private readonly long _started = time.GetTimestamp();
    private readonly Activity? _activity = InferenceActivities.StartInfer(model, version);
    private string _outcome = "ok";

    /// <summary>The outcome that metrics and spans name for an exception.</summary>
    public static string OutcomeOf(Exception exception) => exception switch
    {
        OperationCanceledException => "cancelled",
        InferenceException known => known.Code.ToString(),
        _ => nameof(InferenceErrorCode.EngineFailed),
    };

    public void Fail(Exception exception)
    {
        _outcome = OutcomeOf(exception);
        _activity?.SetStatus(ActivityStatusCode.Error);
    }

    public void Dispose()
    {
        metrics.Answered(model, version, time.GetElapsedTime(_started), _outcome);
        _activity?.SetTag(TelemetryNames.Outcome, _outcome);
        _activity?.Dispose();
    }
}
