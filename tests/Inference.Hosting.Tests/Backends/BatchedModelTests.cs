// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Diagnostics.Metrics;
using Inference.Hosting.Batching;
using Inference.Hosting.Diagnostics;
using Inference.Hosting.Engines;
using Inference.Hosting.Queueing;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.Tests.Backends;

public sealed class BatchedModelTests
{
    [Fact]
    public async Task OptionalInputPresence_SplitsLanes()
    {
        var engine = new TwoOutputEngine();
        await using var harness = await ShellHarness.StartAsync(other: engine);
        engine.Gate.Reset();
        var blocker = harness.Infer(Two(0));
        ShellHarness.Until(() => engine.Runs.Count == 1);
        Task<InferenceResponse>[] tasks =
            [harness.Infer(Two(1)), harness.Infer(Two(2, bias: 10)), harness.Infer(Two(3)), harness.Infer(Two(4, bias: 20))];
        engine.Gate.Set();
        await Task.WhenAll(tasks);

        Assert.Equal([(1, false), (2, false), (2, true)], engine.Runs.Select(run => (run.Rows, run.HasBias)));
        Assert.Equal([1f, 12f, 3f, 24f], tasks.Select(task => task.Result["y"].ToArray<float>()[0]));
        (await blocker).Dispose();
        harness.AssertConserved(5);
    }

    [Fact]
    public async Task OutputsUnion()
    {
        var engine = new TwoOutputEngine();
        await using var harness = await ShellHarness.StartAsync(other: engine);
        engine.Gate.Reset();
        var blocker = harness.Infer(Two(0, outputs: ["y"]));
        ShellHarness.Until(() => engine.Runs.Count == 1);
        var y = harness.Infer(Two(1, outputs: ["y"]));
        var z = harness.Infer(Two(2, outputs: ["z"]));
        engine.Gate.Set();
        using var first = await y;
        using var second = await z;

        Assert.Equal([(1, true, false), (2, true, true)], engine.Runs.Select(run => (run.Rows, run.WantsY, run.WantsZ)));
        Assert.Equal(("y", 1f), (Assert.Single(first.Outputs).Key, first["y"].ToArray<float>()[0]));
        Assert.Equal(("z", -2f), (Assert.Single(second.Outputs).Key, second["z"].ToArray<float>()[0]));
        (await blocker).Dispose();
    }

    [Fact]
    public async Task Merged_CountsRowsAndRuns()
    {
        await using var harness = await ShellHarness.StartAsync(options => options.MaxBatchSize = 16);
        var blocker = harness.OccupyAsync();
        var one = harness.Infer(1);
        var eight = harness.Infer(ShellHarness.Request(1, 2, 3, 4, 5, 6, 7, 8));
        harness.Engine.OpenGate();
        (await blocker).Dispose();
        (await one).Dispose();
        (await eight).Dispose();

        var statistics = harness.Model.Statistics!;
        Assert.Equal((3, 10, 2), (statistics.Success.Count, statistics.InferenceCount, statistics.ExecutionCount));
        Assert.Equal([1, 9], statistics.Batches.Select(batch => batch.BatchSize));
        harness.AssertConserved(3);
    }

    [Fact]
    public async Task Oversize_RowsComeBackInOrder()
    {
        await using var harness = await ShellHarness.StartAsync(options => options.Instances = 2);
        float[] rows = [.. Enumerable.Range(0, 1000).Select(i => (float)i)];
        using var response = await harness.Infer(ShellHarness.Request(rows));
        Assert.Equal(rows.Select(row => 2 * row), response["y"].ToArray<float>());
        Assert.Equal(1000, harness.Model.Statistics!.InferenceCount);
        harness.AssertConserved(1);
    }

    [Fact]
    public async Task ZeroRows_AnswersWithoutARun()
    {
        await using var harness = await ShellHarness.StartAsync();
        using var response = await harness.Infer(ShellHarness.Request());
        Assert.Equal([0, 1], response["y"].Shape.Dimensions.ToArray());
        Assert.Empty(harness.Engine.Runs);
    }

    [Fact]
    public async Task Expires_WhileEveryInstanceIsBusy()
    {
        await using var harness = await ShellHarness.StartAsync();
        var blocker = harness.OccupyAsync();
        var (byDeadline, byTimeout) = (ShellHarness.Request(1), ShellHarness.Request(2));
        byDeadline.Deadline = harness.Time.GetUtcNow().AddMilliseconds(50);
        byTimeout.QueueTimeout = TimeSpan.FromMilliseconds(70);
        var (first, second) = (harness.Infer(byDeadline), harness.Infer(byTimeout));
        harness.Time.Advance(TimeSpan.FromMilliseconds(60));
        Assert.Equal(InferenceErrorCode.DeadlineExceeded, await ShellHarness.FailsAsync(first));
        Assert.False(second.IsCompleted);
        harness.Time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(InferenceErrorCode.DeadlineExceeded, await ShellHarness.FailsAsync(second));

        harness.Engine.OpenGate();
        (await blocker).Dispose();
        Assert.Equal([1], harness.Engine.Runs);
        harness.AssertConserved(3);
    }

    [Fact]
    public async Task Deadline_PassedBeforeTheCall_IsRefused()
    {
        await using var harness = await ShellHarness.StartAsync();
        var request = ShellHarness.Request(1);
        request.Deadline = harness.Time.GetUtcNow();
        Assert.Equal(InferenceErrorCode.DeadlineExceeded, await ShellHarness.FailsAsync(harness.Infer(request)));
        Assert.Equal(1, harness.Model.Statistics!.RefusedCount);
        harness.AssertConserved(1);
    }

    [Fact]
    public async Task Delay_StartsByTimer()
    {
        await using var harness = await ShellHarness.StartAsync(options => options.MaxQueueDelay = TimeSpan.FromMilliseconds(5));
        var first = harness.Infer(1);
        var second = harness.Infer(2);
        ShellHarness.Until(() => harness.Model.Queue.With((scheduler, _) => scheduler.Instances[0].HoldUntil < long.MaxValue));
        Assert.Empty(harness.Engine.Runs);
        harness.Time.Advance(TimeSpan.FromMilliseconds(5));
        using var response = await first;
        (await second).Dispose();

        Assert.Equal((2, BatchCloseReason.Delay), (response.Timing.BatchSize, response.Timing.CloseReason));
        Assert.Equal(TimeSpan.FromMilliseconds(5), response.Timing.Queue);
    }

    [Fact]
    public async Task Overflow_RejectsOrWaits()
    {
        await using var harness = await ShellHarness.StartAsync(queue: options => options.MaxQueuedRows = 2);
        var blocker = harness.OccupyAsync();
        var queued = harness.Infer(ShellHarness.Request(1, 2));
        var waits = harness.Infer(3);
        Task<InferenceResponse> rejected;
        using (InferenceContext.Use(new InferenceContext { Overflow = InferenceOverflow.Reject }))
        {
            rejected = harness.Infer(4);
        }

        var exception = await Assert.ThrowsAsync<InferenceException>(() => rejected);
        Assert.Equal(InferenceErrorCode.QueueFull, exception.Code);
        Assert.NotNull(exception.RetryAfter);
        Assert.Equal(InferenceErrorCode.PayloadTooLarge, await ShellHarness.FailsAsync(harness.Infer(ShellHarness.Request(1, 2, 3))));
        Assert.False(waits.IsCompleted);
        harness.Engine.OpenGate();
        (await blocker).Dispose();
        (await queued).Dispose();
        (await waits).Dispose();
        Assert.Equal(2, harness.Model.Statistics!.RefusedCount);
        harness.AssertConserved(5);
    }

    [Fact]
    public async Task Priority_OutOfRange_IsInvalidInput()
    {
        await using var harness = await ShellHarness.StartAsync();
        var request = ShellHarness.Request(1);
        request.Priority = 4;
        var exception = await Assert.ThrowsAsync<InferenceException>(() => harness.Infer(request));
        Assert.Equal((InferenceErrorCode.InvalidInput, "priority"), (exception.Code, exception.Parameter));
    }

    [Fact]
    public async Task Poison_FailsAlone()
    {
        await using var harness = await ShellHarness.StartAsync(engine: new FakeEngine { Poison = 666 });
        var blocker = harness.OccupyAsync();
        var tasks = Enumerable.Range(0, 8).Select(i => harness.Infer(i == 5 ? 666 : i)).ToArray();
        harness.Engine.OpenGate();
        (await blocker).Dispose();

        Assert.Equal(InferenceErrorCode.EngineFailed, await ShellHarness.FailsAsync(tasks[5]));
        foreach (var (task, i) in tasks.Select((task, i) => (task, i)).Where(pair => pair.i != 5))
        {
            using var response = await task;
            Assert.Equal(2f * i, response["y"].ToArray<float>()[0]);
        }

        Assert.Equal([1, 8, 4, 4, 2, 2, 1, 1], harness.Engine.Runs);
        harness.AssertConserved(9);
    }

    [Fact]
    public async Task OutOfMemory_RunsInHalves()
    {
        await using var harness = await ShellHarness.StartAsync(engine: new FakeEngine { MemoryRows = 3 });
        using var response = await harness.Infer(ShellHarness.Request(1, 2, 3, 4, 5, 6, 7, 8));
        Assert.Equal([2f, 4f, 6f, 8f, 10f, 12f, 14f, 16f], response["y"].ToArray<float>());
        Assert.Equal([8, 4, 4, 2, 2, 2, 2], harness.Engine.Runs);
    }

    [Fact]
    public async Task NonFinite_FailsItsRow()
    {
        await using var harness = await ShellHarness.StartAsync(options => options.NonFinite = NonFiniteOutputs.Fail);
        var blocker = harness.OccupyAsync();
        var (good, bad) = (harness.Infer(1), harness.Infer(float.NaN));
        harness.Engine.OpenGate();
        (await blocker).Dispose();
        (await good).Dispose();
        Assert.Equal(InferenceErrorCode.EngineFailed, await ShellHarness.FailsAsync(bad));
        Assert.Equal([1, 2], harness.Engine.Runs);
        harness.AssertConserved(3);
    }

    [Fact]
    public async Task DeviceLost_IsReplacedAfterAPause()
    {
        var lose = true;
        var engine = new FakeEngine();
        engine.OnRun = _ =>
        {
            if (lose)
            {
                lose = false;
                throw new EngineException(EngineFault.DeviceLost, "gone");
            }
        };
        await using var harness = await ShellHarness.StartAsync(engine: engine);
        var task = harness.Infer(4);
        ShellHarness.Until(() => engine.DisposedInstances == 1 && harness.Model.Unavailable is not null);
        ShellHarness.Until(() =>
        {
            harness.Time.Advance(TimeSpan.FromMilliseconds(100));
            return task.IsCompleted;
        });
        using var response = await task;

        Assert.Equal([8f], response["y"].ToArray<float>());
        Assert.Equal((2, null), (engine.CreatedInstances, harness.Model.Unavailable));
        harness.AssertConserved(1);
    }

    [Fact]
    public async Task Hang_MakesTheModelUnavailable()
    {
        await using var harness = await ShellHarness.StartAsync();
        var blocker = harness.OccupyAsync();
        Assert.Null(harness.Model.Unavailable);
        harness.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Contains("another", harness.Model.Unavailable, StringComparison.Ordinal);
        harness.Engine.OpenGate();
        (await blocker).Dispose();
        ShellHarness.Until(() => harness.Model.Unavailable is null);
    }

    [Fact]
    public async Task Drain_Idempotent()
    {
        var harness = await ShellHarness.StartAsync();
        var running = harness.OccupyAsync(3);
        var queued = harness.Infer(1);
        var first = harness.Model.DisposeAsync().AsTask();
        var second = harness.Model.DisposeAsync().AsTask();

        Assert.Same(first, second);
        Assert.Equal(InferenceErrorCode.NotReady, await ShellHarness.FailsAsync(queued));
        Assert.Equal(InferenceErrorCode.NotReady, await ShellHarness.FailsAsync(harness.Infer(2)));
        Assert.False(first.IsCompleted);
        harness.Engine.OpenGate();
        await first;
        using var response = await running;
        Assert.Equal([6f], response["y"].ToArray<float>());
        Assert.True(harness.Engine.IsDisposed);
        Assert.Equal((1, 1), (harness.Engine.CreatedInstances, harness.Engine.DisposedInstances));
        harness.AssertConserved(3);
        await harness.DisposeAsync();
    }

    [Fact]
    public async Task OptionsReload_NextTake()
    {
        using var reload = new ReloadSource();
        await using var harness = await ShellHarness.StartAsync(
            options => options.MaxBatchSize = reload.MaxBatchSize,
            services: services => services.AddSingleton<IOptionsChangeTokenSource<BatchingOptions>>(reload));
        var blocker = harness.OccupyAsync();
        var tasks = Enumerable.Range(0, 8).Select(i => harness.Infer(i)).ToArray();
        reload.Change(3);
        harness.Engine.OpenGate();
        (await blocker).Dispose();
        await Task.WhenAll(tasks);

        Assert.Equal([1, 3, 3, 2], harness.Engine.Runs);
        harness.AssertConserved(9);
    }

    [Fact]
    public async Task Activities_LinkMembersToTheirRun()
    {
        var runs = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == TelemetryNames.Source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (runs)
                {
                    runs.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var harness = await ShellHarness.StartAsync();
        var blocker = harness.OccupyAsync();
        using var source = new ActivitySource("test");
        var parents = new List<ActivityTraceId>();
        var tasks = new List<Task<InferenceResponse>>();
        for (var i = 0; i < 3; i++)
        {
            using var parent = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
            parents.Add(parent.TraceId);
            tasks.Add(harness.Infer(i));
        }

        harness.Engine.OpenGate();
        (await blocker).Dispose();
        await Task.WhenAll(tasks);
        ShellHarness.Until(() =>
        {
            lock (runs)
            {
                return runs.Any(run => run.Links.Count() == 3);
            }
        });
        var linked = runs.First(run => run.Links.Count() == 3);
        Assert.Equal(TelemetryNames.RunActivity, linked.OperationName);
        Assert.Equal(parents, linked.Links.Select(link => link.Context.TraceId));
    }

    [Fact]
    public async Task Identities()
    {
        // Other tests measure at the same time: only meters of this test's own factory count.
        var sums = new Dictionary<string, double>();
        using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = meters.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == TelemetryNames.Source && ReferenceEquals(instrument.Meter.Scope, factory))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Count(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Count(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Count(instrument, value, tags));

        var engine = new FakeEngine { Poison = 666 };
        await using var harness = await ShellHarness.StartAsync(
            options => options.Instances = 2,
            queue: options => options.MaxQueuedRows = 40,
            engine: engine,
            services: services => services.AddSingleton(factory));
        listener.Start();
        var (ok, cancelled, failed, refused) = (0, 0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(Caller));

        ShellHarness.Until(() => harness.Model.Responses.Rented == harness.Model.Responses.Returned);
        var statistics = harness.Model.Statistics!;
        harness.AssertConserved(16 * 300);
        Assert.Equal((ok, cancelled, failed, refused), (statistics.Success.Count, statistics.Cancel.Count, statistics.Fail.Count, statistics.RefusedCount));
        Assert.True(ok > 0 && failed > 0 && refused > 0);
        Assert.True(statistics.ExecutionCount >= Math.Ceiling(statistics.InferenceCount / 8.0));
        Assert.Equal((0, 0), (harness.Model.Load.InFlight, harness.Model.Load.QueuedRows));
        Assert.Equal(statistics.InferenceCount, Sum(TelemetryNames.BatchRows));
        Assert.Equal(statistics.InferenceCount, Sum(TelemetryNames.ClosedRows));
        Assert.Equal(refused, Sum(TelemetryNames.Refused));
        Assert.True(statistics.Queue.Total + statistics.ComputeInfer.Total <= statistics.Success.Total + statistics.Success.Total);
        listener.RecordObservableInstruments();
        Assert.Equal(0, Sum(TelemetryNames.QueuedRows));
        Assert.Equal(2, Sum(TelemetryNames.Instances));

        async Task Caller(int index)
        {
            var random = new Random(index);
            for (var i = 0; i < 300; i++)
            {
                using var source = new CancellationTokenSource();
                var rows = random.Next(12) == 0 ? random.Next(1, 30) : 1;
                float[] values = [.. Enumerable.Range(0, rows).Select(_ => random.Next(100) == 0 ? 666f : random.Next(600))];
                var request = ShellHarness.Request(values);
                request.Overflow = InferenceOverflow.Reject;
                var task = harness.Model.InferAsync(request, source.Token).AsTask();
                if (random.Next(4) == 0)
                {
                    await Task.Yield();
                    await source.CancelAsync();
                }

                try
                {
                    using var response = await task;
                    Assert.Equal(values.Select(value => 2 * value), response["y"].ToArray<float>());
                    Interlocked.Increment(ref ok);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref cancelled);
                }
                catch (InferenceException exception) when (exception.Code == InferenceErrorCode.QueueFull)
                {
                    Interlocked.Increment(ref refused);
                    await Task.Yield();
                }
                catch (InferenceException)
                {
                    Assert.Contains(666f, values);
                    Interlocked.Increment(ref failed);
                }
            }
        }

        void Count(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            lock (sums)
            {
                sums[instrument.Name] = sums.GetValueOrDefault(instrument.Name) + value;
            }
        }

        double Sum(string name)
        {
            lock (sums)
            {
                return sums.GetValueOrDefault(name);
            }
        }
    }

    private static InferenceRequest Two(float x, float? bias = null, string[]? outputs = null)
    {
        var request = new InferenceRequest { Outputs = outputs };
        request.Inputs["x"] = InferenceTensor.Create([x], 1, 1);
        if (bias is { } value)
        {
            request.Inputs["b"] = InferenceTensor.Create([value], 1, 1);
        }

        return request;
    }
}
