// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Inference.Hosting.Capabilities;
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

    /// <summary>Counts the tokens of the call; null when they are unknown.</summary>
    public void Use(TokenUsage? usage) => metrics.Used(model, version, usage);

    /// <summary>Counts the call as one whose caller left, unless something else is said later.</summary>
    public void Leave() => _outcome = "cancelled";

    /// <summary>Counts the call as answered.</summary>
    public void Complete() => _outcome = "ok";

    public void Dispose()
    {
        metrics.Answered(model, version, time.GetElapsedTime(_started), _outcome);
        _activity?.SetTag(TelemetryNames.Outcome, _outcome);
        _activity?.Dispose();
    }
}
