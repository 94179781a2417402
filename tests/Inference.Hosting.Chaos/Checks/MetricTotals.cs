// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Inference.Hosting.Diagnostics;

namespace Inference.Hosting.Chaos.Checks;

/// <summary>Sums of the meter's instruments over the whole run, reloads included, and its gauges when asked.</summary>
internal sealed class MetricTotals : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Instrument, string Model, string Detail), double> _counts = new();
    private readonly ConcurrentDictionary<(string Instrument, string Model, string Detail), double> _gauges = new();

    public MetricTotals(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == TelemetryNames.Source && instrument.Meter.Scope == factory)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Measurements of a histogram of seconds, or the sum of any other counting instrument.</summary>
    public long Sum(string instrument, string model, string? detail = null)
        => (long)_counts.Where(entry => entry.Key.Instrument == instrument && entry.Key.Model == model && (detail ?? entry.Key.Detail) == entry.Key.Detail)
            .Sum(entry => entry.Value);

    /// <summary>What an observed instrument says now, by its last tag.</summary>
    public IReadOnlyList<(string Model, string Detail, double Value)> Observe(string instrument)
    {
        _gauges.Clear();
        _listener.RecordObservableInstruments();
        return [.. _gauges.Where(entry => entry.Key.Instrument == instrument).Select(entry => (entry.Key.Model, entry.Key.Detail, entry.Value))];
    }

    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var (model, detail) = ("", "");
        foreach (var (key, tag) in tags)
        {
            if (key == TelemetryNames.Model)
            {
                model = (string)tag!;
            }
            else if (key != TelemetryNames.Version)
            {
                detail = tag?.ToString() ?? "";
            }
        }

        var target = instrument.IsObservable ? _gauges : _counts;
        var amount = instrument is Histogram<double> ? 1 : value;
        target.AddOrUpdate((instrument.Name, model, detail), static (_, added) => added, static (_, old, added) => old + added, amount);
    }
}
