// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.Metrics;
using Inference.Hosting.Backends;
using Inference.Hosting.Batching;
using Inference.Hosting.Diagnostics;
using Inference.Hosting.Queueing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Stress;

/// <summary>A batched model with its callers' tally, and the identities that must hold when it is quiet.</summary>
internal sealed class Served : IAsyncDisposable
{
    private readonly StressRun _run;
    private readonly StressEngine _engine;
    private readonly ServiceProvider _services;
    private readonly MeterListener _listener = new();
    private readonly int _maxBatch;
    private long _closedRows;

    private Served(StressRun run, StressEngine engine, ServiceProvider services, BatchedModel model, int maxBatch)
    {
        (_run, _engine, _services, Model, _maxBatch) = (run, engine, services, model, maxBatch);
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _closedRows, value));
    }

    public BatchedModel Model { get; }

    public Tally Tally { get; } = new();

    public static async Task<Served> StartAsync(
        StressRun run,
        StressEngine engine,
        int instances = 2,
        int maxBatch = 16,
        Action<BatchingOptions>? batching = null,
        Action<QueueOptions>? queue = null,
        TimeProvider? time = null)
    {
        var collection = new ServiceCollection();
        collection.AddMetrics();
        collection.AddSingleton(time ?? TimeProvider.System);
        collection.Configure<WarmupOptions>("stress", options => options.Budget = TimeSpan.FromMilliseconds(200));
        collection.Configure<BatchingOptions>("stress", options =>
        {
            (options.Instances, options.MaxBatchSize, options.IsolationBudget) = (instances, maxBatch, 1);
            batching?.Invoke(options);
        });
        collection.Configure<QueueOptions>("stress", options => queue?.Invoke(options));
        var services = collection.BuildServiceProvider();
        var backend = new BatchedBackend((_, _) => new(engine));
        var model = (BatchedModel)await backend.LoadAsync(new ModelLoadContext("stress", "1", services), CancellationToken.None);
        var served = new Served(run, engine, services, model, maxBatch);
        served.Listen();
        return served;
    }

    /// <summary>Callers that all run at once, until the time is over or told to stop.</summary>
    public Task CallAsync(int callers, CallerPlan plan, Func<bool>? goesOn = null)
        => Task.WhenAll(Enumerable.Range(0, callers).Select(i =>
            new Caller(_run, Model, Tally, plan, (_run.Seed * 1000) + i).RunAsync(goesOn ?? (() => !_run.IsOver))));

    /// <summary>I1 and M1 to M9, once nothing waits or runs any more.</summary>
    public async Task CheckAsync(bool isServing = true)
    {
        var pool = Model.Responses;
        await _run.UntilAsync(() => pool.Rented == pool.Returned && Model.Load.InFlight == 0 && IsIdle(), "all work has ended");
        var statistics = Model.Statistics!;
        var accounted = statistics.Success.Count + statistics.Cancel.Count + statistics.Fail.Count + statistics.RefusedCount;
        _run.Equal(Tally.Sent, Tally.Ok + Tally.Cancelled + Tally.Errors, "I1: each request is answered exactly once");
        _run.Equal(Tally.Sent, accounted, "M4: success + failure + cancelled + expired + refused");
        _run.Equal(Tally.Ok, statistics.Success.Count, "Successes");
        _run.Equal(Tally.Cancelled, statistics.Cancel.Count, "Cancelled");
        var sizes = statistics.Batches.Sum(batch => batch.BatchSize * batch.ComputeInfer.Count);
        _run.Equal(statistics.InferenceCount, sizes, "M1: rows by batch size");
        _run.Expect(statistics.InferenceCount >= Tally.OkRows, $"M1: {statistics.InferenceCount} rows ran for {Tally.OkRows} answered.");
        _run.Expect(
            statistics.ExecutionCount >= (statistics.InferenceCount + _maxBatch - 1) / _maxBatch,
            $"M2: {statistics.ExecutionCount} runs of at most {_maxBatch} for {statistics.InferenceCount} rows.");
        _run.Equal(statistics.Success.Count, statistics.Queue.Count, "M5: only accepted requests have a queue time");
        _run.Equal(statistics.InferenceCount, Interlocked.Read(ref _closedRows), "M6: rows by close reason");
        _run.Equal(0, Model.Load.QueuedRows, "M7: queued rows");
        _run.Equal(0, BatchedModel.Snapshot(Model.Queue).QueuedRows.Sum(flow => flow.Rows), "M7: queued rows by flow");
        _run.Equal(pool.Rented, pool.Returned, "M8: responses");
        _run.Equal(pool.Buffers.Rented, pool.Buffers.Returned, "M8: buffers");
        var served = ServedCost();
        _run.Expect(served >= Tally.OkRows, $"M9: cost {served} was served for {Tally.OkRows} answered rows.");
        if (Tally.Ok == Tally.Sent)
        {
            _run.Equal(Tally.OkRows, served, "M9: served cost");
            _run.Equal(Tally.OkRows, statistics.InferenceCount, "M1: rows answered");
        }

        if (isServing)
        {
            _run.Equal(0, _engine.Disposed - (_engine.Created - LiveInstances()), "Instances");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Model.DisposeAsync();
        _run.Equal(_engine.Created, _engine.Disposed, "Instances disposed");
        _run.Expect(_engine.IsDisposed, "The engine is not disposed.");
        _listener.Dispose();
        await _services.DisposeAsync();
    }

    private void Listen()
    {
        var factory = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == TelemetryNames.ClosedRows && instrument.Meter.Scope == factory)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.Start();
    }

    private long ServedCost() => Model.Queue.With((scheduler, _) =>
    {
        var cost = 0L;
        for (var i = 0; i < scheduler.Queue.Shares.Count; i++)
        {
            cost += scheduler.Queue.Shares[i].ServedCost;
        }

        return cost;
    });

    private int LiveInstances() => Model.Queue.With((scheduler, _) =>
    {
        var live = 0;
        foreach (var instance in scheduler.Instances.All)
        {
            live += instance.Phase == InstancePhase.Down ? 0 : 1;
        }

        return live;
    });

    private bool IsIdle() => Model.Queue.With((scheduler, _) =>
    {
        foreach (var instance in scheduler.Instances.All)
        {
            if (instance.Phase == InstancePhase.Busy)
            {
                return false;
            }
        }

        return true;
    });
}
