// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>Sees to it that a request which is refused before its model was asked is measured once.</summary>
internal sealed class DoorMeasure(EndpointServices services)
{
    private readonly long _started = services.Time.GetTimestamp();
    private ModelInfo? _model;
    private string? _version;

    /// <summary>Whether the model was asked, and measures the request itself.</summary>
    public bool IsAsked { get; private set; }

    /// <summary>Starts to measure; null when nobody listens.</summary>
    public static DoorMeasure? Start(EndpointServices services) => services.Metrics is { IsEnabled: true } ? new(services) : null;

    /// <summary>The model exists; the version that was asked for may not.</summary>
    public void Found(ModelInfo model, string? version) => (_model, _version) = (model, version);

    /// <summary>The model is asked now.</summary>
    public void Asked() => IsAsked = true;

    /// <summary>Records a refusal.</summary>
    public void Refused(InferenceErrorCode code)
    {
        var known = _model?.Versions.Any(version => version.Version == _version) == true ? _version : null;
        services.Metrics?.Refused(_model?.Name, known, services.Time.GetElapsedTime(_started), code);
    }
}
