// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Diagnostics;

/// <summary>Measures requests that a door, such as a route, refused before any model was asked, so that error rates know of them. Thread-safe.</summary>
/// <remarks>A singleton of the app's services once a model is added. What a model was asked is measured without it.</remarks>
public sealed class RequestMetrics
{
    private readonly InferenceMetrics _metrics;

    internal RequestMetrics(InferenceMetrics metrics) => _metrics = metrics;

    /// <summary>Whether anybody listens to <see cref="TelemetryNames.RequestDuration"/>.</summary>
    public bool IsEnabled => _metrics.MeasuresRequests;

    /// <summary>Records one refusal in <see cref="TelemetryNames.RequestDuration"/>.</summary>
    /// <param name="model">The model's own name; null when there is none of the name that was asked for, so that callers cannot make up tags.</param>
    /// <param name="version">The version asked for, if the model has it; else null.</param>
    /// <param name="duration">From the arrival of the request.</param>
    /// <param name="code">Why it was refused.</param>
    public void Refused(string? model, string? version, TimeSpan duration, InferenceErrorCode code)
        => _metrics.Answered(model ?? "", version ?? "", duration, code.ToString());
}
