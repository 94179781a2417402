// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Inference.Hosting.Diagnostics;

/// <summary>The measurements of one version. Tags are built only where somebody listens.</summary>
internal sealed class BatchMetrics : IDisposable
{
    private readonly BatchInstruments _instruments;
    private readonly TagList _tags;
    private readonly Func<BatchSnapshot> _snapshot;

    /// <param name="factory">The host's.</param>
    /// <param name="model">The model.</param>
    /// <param name="version">The version.</param>
    /// <param name="snapshot">What the gauges report; called by listeners.</param>
    public BatchMetrics(IMeterFactory factory, string model, string version, Func<BatchSnapshot> snapshot)
    {
        _instruments = BatchInstruments.For(factory);
        _tags = new TagList { { TelemetryNames.Model, model }, { TelemetryNames.Version, version } };
        _snapshot = snapshot;
        _instruments.Add(this);
    }

    public bool MeasuresQueue => _instruments.QueueDuration.Enabled;

    public void Queued(TimeSpan wait) => _instruments.QueueDuration.Record(wait.TotalSeconds, _tags);

    public void Ran(TimeSpan elapsed, string device, int rows, int waiting, BatchCloseReason reason, long realTokens, long paddedTokens)
    {
        if (_instruments.RunDuration.Enabled)
        {
            _instruments.RunDuration.Record(elapsed.TotalSeconds, With(TelemetryNames.Device, device));
        }

        _instruments.BatchRows.Record(rows, _tags);
        _instruments.WaitingRows.Record(waiting, _tags);
        if (_instruments.ClosedRows.Enabled)
        {
            _instruments.ClosedRows.Add(rows, With(TelemetryNames.Reason, ReasonTag(reason)));
        }

        if (paddedTokens > 0 && _instruments.Tokens.Enabled)
        {
            _instruments.Tokens.Add(realTokens, With(TelemetryNames.Kind, "real"));
            _instruments.Tokens.Add(paddedTokens - realTokens, With(TelemetryNames.Kind, "padding"));
        }
    }

    public void Refused(string reason)
    {
        if (_instruments.Refused.Enabled)
        {
            _instruments.Refused.Add(1, With(TelemetryNames.Reason, reason));
        }
    }

    public void Reran() => _instruments.Reruns.Add(1, _tags);

    public void Woken() => _instruments.Wakes.Add(1, _tags);

    public void Detached(int rows)
    {
        if (rows > 0)
        {
            _instruments.DetachedRows.Add(rows, _tags);
        }
    }

    public IEnumerable<Measurement<long>> QueuedRows()
        => _snapshot().QueuedRows.Select(flow => new Measurement<long>(flow.Rows, With(TelemetryNames.Tenant, flow.Tenant)));

    public IEnumerable<Measurement<int>> RowCap() => [new(_snapshot().RowCap, _tags)];

    public IEnumerable<Measurement<double>> Capacity() => [new(_snapshot().Capacity, _tags)];

    public IEnumerable<Measurement<int>> Breaker() => [new(_snapshot().Breaker, _tags)];

    public IEnumerable<Measurement<int>> Instances()
        => _snapshot().Instances.Select(state => new Measurement<int>(state.Count, With(TelemetryNames.State, state.State)));

    /// <summary>The gauges of the version end.</summary>
    public void Dispose() => _instruments.Remove(this);

    private static string ReasonTag(BatchCloseReason reason)
        => reason switch
        {
            BatchCloseReason.None => "none",
            BatchCloseReason.Drained => "drained",
            BatchCloseReason.RowCap => "row_cap",
            BatchCloseReason.TokenBudget => "token_budget",
            BatchCloseReason.Bytes => "bytes",
            BatchCloseReason.Padding => "padding",
            BatchCloseReason.Deadline => "deadline",
            BatchCloseReason.Delay => "delay",
            BatchCloseReason.Cost => "cost",
            _ => "split",
        };

    private TagList With(string key, object value)
    {
        var tags = _tags;
        tags.Add(key, value);
        return tags;
    }
}
