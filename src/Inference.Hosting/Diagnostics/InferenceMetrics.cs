// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Diagnostics.Metrics;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Diagnostics;

/// <summary>Instruments of requests and loads. Names are in <see cref="TelemetryNames"/>.</summary>
internal sealed class InferenceMetrics : IDisposable
{
    private static readonly InstrumentAdvice<double> _seconds = new()
    {
        HistogramBucketBoundaries =
            [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    };

    private readonly Meter _meter;
    private readonly Histogram<double> _requestDuration;
    private readonly Histogram<double> _loadDuration;
    private readonly Counter<long> _usageTokens;
    private readonly Counter<long> _usageUnknown;
    private readonly Counter<long> _fallbacks;
    private Func<IReadOnlyList<ModelInfo>> _models = () => [];

    public InferenceMetrics(IMeterFactory? meters = null)
    {
        _meter = meters?.Create(TelemetryNames.Source) ?? new Meter(TelemetryNames.Source);
        _requestDuration = _meter.CreateHistogram(
            TelemetryNames.RequestDuration, "s", "Time from the call of a model to its answer.", advice: _seconds);
        _loadDuration = _meter.CreateHistogram<double>(
            TelemetryNames.LoadDuration, "s", "Time to load and warm up a version.");
        _fallbacks = _meter.CreateCounter<long>(
            TelemetryNames.Fallbacks, "{call}", "Calls that another model answered.");
        _usageTokens = _meter.CreateCounter<long>(TelemetryNames.UsageTokens, "{token}", "Tokens that calls cost.");
        _usageUnknown = _meter.CreateCounter<long>(TelemetryNames.UsageUnknown, "{request}", "Calls whose cost is unknown.");
        _meter.CreateObservableGauge(
            TelemetryNames.ModelState, ObserveStates, "{version}", "1 for the state a version is in.");
        _meter.CreateObservableGauge(
            TelemetryNames.ModelMemory, ObserveMemory, "By", "Memory of loaded versions.");
        _meter.CreateObservableGauge(
            TelemetryNames.ModelDevice, ObserveDevices, "{device}", "1 for each device of a loaded version.");
        _meter.CreateObservableUpDownCounter(
            TelemetryNames.ActiveRequests, ObserveActive, "{request}", "Requests accepted and not yet answered.");
    }

    public bool MeasuresRequests => _requestDuration.Enabled;

    /// <summary>Where observed instruments look.</summary>
    public void Observe(Func<IReadOnlyList<ModelInfo>> models) => _models = models;

    public void Answered(string model, string version, TimeSpan duration, string outcome)
        => _requestDuration.Record(duration.TotalSeconds, Tags(model, version, TelemetryNames.Outcome, outcome));

    /// <summary>Counts what a call cost; null when that is unknown.</summary>
    public void Used(string model, string version, TokenUsage? usage)
    {
        if (usage is null)
        {
            _usageUnknown.Add(1, Tags(model, version));
            return;
        }

        if (_usageTokens.Enabled)
        {
            Count("prompt", usage.PromptTokens - usage.CachedTokens);
            Count("cached", usage.CachedTokens);
            Count("completion", usage.CompletionTokens - usage.ReasoningTokens);
            Count("reasoning", usage.ReasoningTokens);
        }

        void Count(string kind, int tokens)
        {
            if (tokens > 0)
            {
                _usageTokens.Add(tokens, Tags(model, version, TelemetryNames.Kind, kind));
            }
        }
    }

    public void Loaded(string model, string version, TimeSpan duration, string outcome)
        => _loadDuration.Record(duration.TotalSeconds, Tags(model, version, TelemetryNames.Outcome, outcome));

    public void FellBack(string model, string fallback, InferenceErrorCode reason)
        => _fallbacks.Add(
            1, new(TelemetryNames.Model, model), new(TelemetryNames.Fallback, fallback), new(TelemetryNames.Reason, reason.ToString()));

    public void Dispose() => _meter.Dispose();

    private static TagList Tags(string model, string version, string key, string value) => new()
    {
        { TelemetryNames.Model, model },
        { TelemetryNames.Version, version },
        { key, value },
    };

    private static KeyValuePair<string, object?>[] Tags(string model, string version)
        => [new(TelemetryNames.Model, model), new(TelemetryNames.Version, version)];

    private IEnumerable<(string Model, ModelVersionInfo Version)> Versions()
        => _models().SelectMany(model => model.Versions.Select(version => (model.Name, version)));

    private IEnumerable<Measurement<int>> ObserveStates()
        => Versions().Select(item => new Measurement<int>(
            1, [.. Tags(item.Model, item.Version.Version), new(TelemetryNames.State, item.Version.State.ToString())]));

    private IEnumerable<Measurement<long>> ObserveMemory()
        => Versions().Where(item => item.Version.Load is { MemoryBytes: > 0 }).Select(item => new Measurement<long>(
            item.Version.Load!.Value.MemoryBytes, Tags(item.Model, item.Version.Version)));

    private IEnumerable<Measurement<int>> ObserveDevices()
        => Versions().Where(item => item.Version is { Load: not null, Metadata: not null }).SelectMany(item => Enumerable
            .Range(0, item.Version.Metadata!.Devices.Count)
            .Select(i => new Measurement<int>(1, [
                .. Tags(item.Model, item.Version.Version),
                new(TelemetryNames.Device, item.Version.Metadata.Devices[i]),
                new(TelemetryNames.RequestedDevice, item.Version.Metadata.RequestedDevices.ElementAtOrDefault(i) ?? item.Version.Metadata.Devices[i]),
            ])));

    private IEnumerable<Measurement<int>> ObserveActive()
        => Versions().Where(item => item.Version.Load is not null).Select(item => new Measurement<int>(
            item.Version.Load!.Value.InFlight, Tags(item.Model, item.Version.Version)));
}
