// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Diagnostics.Metrics;
using Inference.Hosting.Batching;
using Inference.Hosting.Diagnostics;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Tests.Models;

public sealed class ModelTelemetryTests
{
    [Fact]
    public async Task RequestDuration_EveryOutcome_IsTagged()
    {
        Exception? failure = null;
        var backend = new FakeBackend(_ => failure is null ? new InferenceResponse([]) : throw failure);
        await using var host = ModelTestHost.Create(services => services.AddModel("a").UseBackend(_ => backend));
        using var measured = new Measured(host);
        await host.Host.StartAsync();
        await host.Catalog.WaitUntilReadyAsync("a").WaitAsync(ModelTestHost.Patience);

        (await host.Client("a").InferAsync(new InferenceRequest())).Dispose();
        foreach (var code in Enum.GetValues<InferenceErrorCode>())
        {
            failure = new InferenceException(code, "told");
            await Assert.ThrowsAsync<InferenceException>(() => host.Client("a").InferAsync(new InferenceRequest()).AsTask());
        }

        failure = new OperationCanceledException();
        await Assert.ThrowsAsync<OperationCanceledException>(() => host.Client("a").InferAsync(new InferenceRequest()).AsTask());
        failure = new InvalidOperationException();
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Client("a").InferAsync(new InferenceRequest()).AsTask());

        string[] outcomes = ["ok", .. Enum.GetNames<InferenceErrorCode>(), "cancelled", "EngineFailed"];
        Assert.Equal(
            outcomes.Select(outcome => $"inference.model=a inference.version=1 inference.outcome={outcome}"),
            measured.Of(TelemetryNames.RequestDuration).Select(item => item.Tags));
    }

    [Fact]
    public async Task RequestDuration_Value_IsInSeconds()
    {
        ModelTestHost? running = null;
        var backend = new FakeBackend(_ =>
        {
            running!.Time.Advance(TimeSpan.FromSeconds(2.5));
            return new InferenceResponse([]);
        });
        await using var host = running = ModelTestHost.Create(services => services.AddModel("a").UseBackend(_ => backend));
        using var measured = new Measured(host);
        await host.Host.StartAsync();

        (await host.Client("a").InferAsync(new InferenceRequest())).Dispose();

        Assert.Equal(2.5, Assert.Single(measured.Of(TelemetryNames.RequestDuration)).Value);
    }

    [Fact]
    public async Task RequestDuration_RefusedBeforeAVersionIsEntered_IsRecordedOnce()
    {
        var backend = new FakeBackend();
        await using var host = ModelTestHost.Create(services => services.AddModel("a").UseBackend(_ => backend), ("a:LoadAtStart", "false"));
        using var measured = new Measured(host);
        await host.Host.StartAsync();

        await Assert.ThrowsAsync<InferenceException>(() => host.Client("a").InferAsync(new InferenceRequest()).AsTask());
        await Assert.ThrowsAsync<InferenceException>(() => host.Client("a").InferAsync(new InferenceRequest { Version = "1" }).AsTask());
        await Assert.ThrowsAsync<InferenceException>(() => host.Client("a").InferAsync(new InferenceRequest { Version = "made-up" }).AsTask());
        await Assert.ThrowsAsync<InferenceException>(() => host.Client("a").AcquireAsync().AsTask());

        Assert.Equal(
            [
                "inference.model=a inference.version= inference.outcome=NotReady",
                "inference.model=a inference.version=1 inference.outcome=NotReady",
                "inference.model=a inference.version= inference.outcome=NotFound",
                "inference.model=a inference.version= inference.outcome=NotReady",
            ],
            measured.Of(TelemetryNames.RequestDuration).Select(item => item.Tags));
    }

    [Fact]
    public async Task RequestDuration_DeadlineWhileLoading_TellsHowLongTheCallerWaited()
    {
        var backend = new FakeBackend();
        backend.LoadGate.Close();
        await using var host = ModelTestHost.Create(services => services.AddModel("a").UseBackend(_ => backend));
        using var measured = new Measured(host);
        await host.Host.StartAsync();
        await host.WaitForAsync("a", version => version.State == ModelState.Loading);

        var call = host.Client("a").InferAsync(new InferenceRequest { Deadline = host.Time.GetUtcNow() + TimeSpan.FromSeconds(2) }).AsTask();
        host.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(InferenceErrorCode.DeadlineExceeded, (await Assert.ThrowsAsync<InferenceException>(() => call.WaitAsync(ModelTestHost.Patience))).Code);
        Assert.Equal(
            (2, "inference.model=a inference.version= inference.outcome=DeadlineExceeded"), Assert.Single(measured.Of(TelemetryNames.RequestDuration)));
    }

    [Fact]
    public async Task LoadDuration_SuccessAndFailure_AreTagged()
    {
        var backend = new FakeBackend();
        backend.FailLoads(1);
        await using var host = ModelTestHost.Create(services => services.AddModel("a").UseBackend(_ => backend));
        using var measured = new Measured(host);
        await host.Host.StartAsync();
        await host.WaitForAsync("a", version => version.State == ModelState.Failed);
        await host.Catalog.LoadAsync("a").WaitAsync(ModelTestHost.Patience);

        Assert.Equal(
            ["inference.model=a inference.version=1 inference.outcome=failed", "inference.model=a inference.version=1 inference.outcome=ok"],
            measured.Of(TelemetryNames.LoadDuration).Select(item => item.Tags));
    }

    [Fact]
    public async Task ObservedInstruments_ModelsInEachState_TellIt()
    {
        var (ready, failed, loading) = (new FakeBackend { Load = new ModelLoad { MemoryBytes = 123, InFlight = 7 } }, new FakeBackend(), new FakeBackend());
        failed.FailLoads(1);
        loading.LoadGate.Close();
        await using var host = ModelTestHost.Create(
            services =>
            {
                services.AddModel("failed").UseBackend(_ => failed);
                services.AddModel("loading").UseBackend(_ => loading);
                services.AddModel("ready").UseBackend(_ => ready);
                services.AddModel("unloaded").UseBackend(_ => new FakeBackend());
            },
            ("unloaded:LoadAtStart", "false"));
        using var measured = new Measured(host);
        await host.Host.StartAsync();
        await host.WaitForAsync("ready", version => version.State == ModelState.Ready);
        await host.WaitForAsync("failed", version => version.State == ModelState.Failed);

        measured.Observe();

        Assert.Equal(
            [
                "inference.model=failed inference.version=1 inference.state=Failed",
                "inference.model=loading inference.version=1 inference.state=Loading",
                "inference.model=ready inference.version=1 inference.state=Ready",
                "inference.model=unloaded inference.version=1 inference.state=Unloaded",
            ],
            measured.Of(TelemetryNames.ModelState).Select(item => item.Tags));
        Assert.Equal((123, "inference.model=ready inference.version=1"), Assert.Single(measured.Of(TelemetryNames.ModelMemory)));
        Assert.Equal((7, "inference.model=ready inference.version=1"), Assert.Single(measured.Of(TelemetryNames.ActiveRequests)));
    }

    [Fact]
    public async Task InferActivity_AnswerAndFailure_TellTimingAndOutcome()
    {
        var spans = new List<Activity>();
        var name = $"spans-{Guid.NewGuid():N}";
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == TelemetryNames.Source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (Equals(activity.GetTagItem(TelemetryNames.Model), name))
                {
                    spans.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        var fails = false;
        var backend = new FakeBackend(_ => fails
            ? throw new InferenceException(InferenceErrorCode.QueueFull, "full")
            : new InferenceResponse([], new InferenceTiming
            {
                Queue = TimeSpan.FromSeconds(1),
                Compute = TimeSpan.FromSeconds(2),
                BatchSize = 3,
                CloseReason = BatchCloseReason.RowCap,
                Device = "cpu",
            }));
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel(name).UseBackend(_ => backend));

        (await host.Client(name).InferAsync(new InferenceRequest())).Dispose();
        fails = true;
        await Assert.ThrowsAsync<InferenceException>(() => host.Client(name).InferAsync(new InferenceRequest()).AsTask());

        Assert.Equal(
            $"{TelemetryNames.Model}={name} {TelemetryNames.Version}=1 {TelemetryNames.Outcome}=ok inference.queue.seconds=1 inference.compute.seconds=2 "
            + $"inference.batch.size=3 inference.batch.close_reason=RowCap {TelemetryNames.Device}=cpu",
            Tags(spans[0].TagObjects));
        Assert.Equal($"{TelemetryNames.Model}={name} {TelemetryNames.Version}=1 {TelemetryNames.Outcome}=QueueFull", Tags(spans[1].TagObjects));
        Assert.Equal((ActivityStatusCode.Unset, ActivityStatusCode.Error), (spans[0].Status, spans[1].Status));
        Assert.All(spans, span => Assert.Equal(TelemetryNames.InferActivity, span.OperationName));
    }

    private static string Tags(IEnumerable<KeyValuePair<string, object?>> tags)
        => string.Join(' ', tags.Select(tag => $"{tag.Key}={tag.Value}"));

    /// <summary>Measurements of one host: other hosts of the process have meters of their own.</summary>
    private sealed class Measured : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly List<(string Name, double Value, string Tags)> _items = [];

        public Measured(ModelTestHost host)
        {
            var factory = host.Services.GetRequiredService<IMeterFactory>();
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == TelemetryNames.Source && ReferenceEquals(instrument.Meter.Scope, factory))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.Start();
        }

        public IReadOnlyList<(double Value, string Tags)> Of(string instrument)
        {
            lock (_items)
            {
                return [.. _items.Where(item => item.Name == instrument).Select(item => (item.Value, item.Tags))];
            }
        }

        public void Observe() => _listener.RecordObservableInstruments();

        public void Dispose() => _listener.Dispose();

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            lock (_items)
            {
                _items.Add((instrument.Name, value, ModelTelemetryTests.Tags(tags.ToArray())));
            }
        }
    }
}
