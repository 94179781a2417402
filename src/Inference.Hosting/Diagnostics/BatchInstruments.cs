// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace Inference.Hosting.Diagnostics;

/// <summary>Instruments of queue, runs and instances; one set a meter factory, shared by all versions.</summary>
internal sealed class BatchInstruments
{
    private static readonly ConditionalWeakTable<IMeterFactory, BatchInstruments> _all = new();

    private readonly Lock _lock = new();
    private BatchMetrics[] _live = [];

    private BatchInstruments(IMeterFactory factory)
    {
        var meter = factory.Create(TelemetryNames.Source);
        var seconds = new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
        };
        var rows = new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] };
        QueueDuration = meter.CreateHistogram(TelemetryNames.QueueDuration, "s", "Time of requests in the queue.", null, seconds);
        RunDuration = meter.CreateHistogram(TelemetryNames.RunDuration, "s", "Time of runs.", null, seconds);
        BatchRows = meter.CreateHistogram(TelemetryNames.BatchRows, "{row}", "Rows of callers in a run.", null, rows);
        WaitingRows = meter.CreateHistogram(
            TelemetryNames.WaitingRows, "{row}", "Rows that waited when a batch was chosen.", null, rows);
        Tokens = meter.CreateCounter<long>(TelemetryNames.BatchTokens, "{token}", "Tokens of runs, real and padding.");
        ClosedRows = meter.CreateCounter<long>(TelemetryNames.ClosedRows, "{row}", "Rows by why their batch closed.");
        Refused = meter.CreateCounter<long>(TelemetryNames.Refused, "{request}", "Requests refused at the door.");
        Reruns = meter.CreateCounter<long>(TelemetryNames.Reruns, "{run}", "Runs made to isolate guilty rows.");
        Wakes = meter.CreateCounter<long>(TelemetryNames.Wakes, "{wake}", "Times a sleeping instance was woken.");
        DetachedRows = meter.CreateCounter<long>(TelemetryNames.DetachedRows, "{row}", "Rows whose caller left while they ran.");
        meter.CreateObservableUpDownCounter(
            TelemetryNames.QueuedRows, () => Read(metrics => metrics.QueuedRows()), "{row}", "Rows that wait.");
        meter.CreateObservableGauge(TelemetryNames.RowCap, () => Read(metrics => metrics.RowCap()), "{row}", "Row cap in force.");
        meter.CreateObservableGauge(
            TelemetryNames.Capacity, () => Read(metrics => metrics.Capacity()), "{row}/s", "Rows a second at the cap, as learned.");
        meter.CreateObservableGauge(
            TelemetryNames.Breaker, () => Read(metrics => metrics.Breaker()), null, "0 closed, 1 half open, 2 open.");
        meter.CreateObservableGauge(
            TelemetryNames.Instances, () => Read(metrics => metrics.Instances()), "{instance}", "Instances by state.");
    }

    public Histogram<double> QueueDuration { get; }

    public Histogram<double> RunDuration { get; }

    public Histogram<int> BatchRows { get; }

    public Histogram<int> WaitingRows { get; }

    public Counter<long> Tokens { get; }

    public Counter<long> ClosedRows { get; }

    public Counter<long> Refused { get; }

    public Counter<long> Reruns { get; }

    public Counter<long> Wakes { get; }

    public Counter<long> DetachedRows { get; }

    public static BatchInstruments For(IMeterFactory factory) => _all.GetValue(factory, created => new BatchInstruments(created));

    public void Add(BatchMetrics metrics)
    {
        lock (_lock)
        {
            _live = [.. _live, metrics];
        }
    }

    public void Remove(BatchMetrics metrics)
    {
        lock (_lock)
        {
            _live = [.. _live.Where(live => live != metrics)];
        }
    }

    private List<Measurement<T>> Read<T>(Func<BatchMetrics, IEnumerable<Measurement<T>>> read)
        where T : struct
        => [.. Volatile.Read(ref _live).SelectMany(read)];
}
