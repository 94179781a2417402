// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Inference.Hosting.Diagnostics;
using Inference.Hosting.OnnxRuntime.Tests.Support;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Inference.Hosting.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Inference.Hosting.OnnxRuntime.Tests.Devices;

/// <summary>Models on the device as an app has them: many callers, several models, reloads, restarts, and what is told of it.</summary>
[Trait("Suite", "Device")]
public sealed class DeviceServingTests
{
    private const int Width = 32;

    private static readonly OnnxModelWriter _mlp = OnnxModels.Mlp(Width, 64, 8);

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task InferAsync_SeveralModelsAndInstancesAtOnce_AnswerEachItsOwn()
    {
        // Providers that cannot run two sessions at once must not be made to: there, it would end the process.
        using var host = await StartAsync(services =>
        {
            services.AddModel("a").UseOnnxRuntime(_mlp.ToBytes(), TestDevice.Configure).WithInstances(2);
            services.AddModel("b").UseOnnxRuntime(_mlp.ToBytes(), TestDevice.Configure).WithInstances(2);
            services.AddModel("c").UseOnnxRuntime(OnnxModels.Cnn(8, 4).ToBytes(), TestDevice.Configure);
        });
        var expected = Expected();

        await Task.WhenAll(Enumerable.Range(0, 120).Select(async i =>
        {
            if (i % 3 == 2)
            {
                var request = new InferenceRequest { Inputs = { ["image"] = InferenceTensor.Create(new float[3 * 8 * 8], 1, 3, 8, 8) } };
                using var response = await Client(host, "c").InferAsync(request, Stopping);
                Assert.Equal([1L, 10L], response["logits"].Shape);
                return;
            }

            await CheckAsync(Client(host, i % 3 == 0 ? "a" : "b"), i, expected);
        }));

        await host.StopAsync(Stopping);
    }

    [Fact]
    public async Task InferAsync_WhileTheModelIsReloaded_LosesNothing()
    {
        using var host = await StartAsync(services => services.AddModel("a").UseOnnxRuntime(_mlp.ToBytes(), TestDevice.Configure));
        var catalog = host.Services.GetRequiredService<IModelCatalog>();
        var expected = Expected();
        using var done = new CancellationTokenSource();

        var callers = Enumerable.Range(0, 4).Select(async caller =>
        {
            var calls = 0;
            while (!done.IsCancellationRequested)
            {
                await CheckAsync(Client(host, "a"), caller + calls++, expected);
            }

            return calls;
        }).ToList();
        for (var i = 0; i < 5; i++)
        {
            await catalog.LoadAsync("a", cancellationToken: Stopping);
        }

        await done.CancelAsync();
        Assert.All(await Task.WhenAll(callers), calls => Assert.True(calls > 0));
        await host.StopAsync(Stopping);
    }

    [Fact]
    public async Task Start_AgainAndAgain_ServesEachTime()
    {
        var expected = Expected();
        for (var i = 0; i < 3; i++)
        {
            using var host = await StartAsync(services => services.AddModel("a").UseOnnxRuntime(_mlp.ToBytes(), TestDevice.Configure));
            await CheckAsync(Client(host, "a"), i, expected);
            await host.StopAsync(Stopping);
        }
    }

    [Fact]
    public async Task InferAsync_RaggedRows_EqualTheLoneRows()
    {
        var encoder = OnnxModels.Encoder(1, 64);
        using var reference = new TestEngine(encoder, options => options.Device = "cpu");
        using var host = await StartAsync(services => services.AddModel("encoder")
            .UseOnnxRuntime(encoder.ToBytes(), TestDevice.Configure)
            .WithRaggedAxis("x", 1)
            .WithRaggedAxis("mask", 1, isMask: true)
            .WithWarmup(options => options.Enabled = false)
            .WithBatching(options => options.MaxQueueDelay = TimeSpan.FromMilliseconds(50)));
        var random = new Random(17);
        var rows = Enumerable.Range(0, 24).Select(i => 1 + (i % 7)).Select(length => (
            X: InferenceTensor.Create(Enumerable.Range(0, length * 64).Select(_ => random.NextSingle()).ToArray(), 1, length, 64),
            Mask: InferenceTensor.Create(Enumerable.Repeat(1f, length).ToArray(), 1, length))).ToList();

        var answers = await Task.WhenAll(rows.Select(async row =>
        {
            using var response = await Client(host, "encoder").InferAsync(
                new InferenceRequest { Inputs = { ["x"] = row.X, ["mask"] = row.Mask } }, Stopping);
            return (response["y"].Shape, Values: response["y"].ToArray<float>(), response.Timing.BatchSize);
        }));

        for (var i = 0; i < rows.Count; i++)
        {
            var expected = reference.Run(new() { ["x"] = rows[i].X, ["mask"] = rows[i].Mask })["y"];
            Assert.Equal(expected.Shape, answers[i].Shape);
            TestDevice.AssertClose(expected.ToArray<float>(), answers[i].Values);
        }

        Assert.Contains(answers, answer => answer.BatchSize > 1);
        await host.StopAsync(Stopping);
    }

    [Fact]
    public async Task InferAsync_ProcessorAndDevice_BothAnswerAndAreTold()
    {
        using var meters = new MeasuredDevices();
        using var host = await StartAsync(services => services.AddModel("both").UseOnnxRuntime(_mlp.ToBytes(), options =>
        {
            TestDevice.Configure(options);
            options.Devices.Add("cpu");
            if (!TestDevice.IsCpu)
            {
                options.Devices.Add(TestDevice.Device);
            }
        }).WithBatching(options => options.MaxBatchSize = 1));
        var expected = Expected();
        var devices = TestDevice.IsCpu ? ["cpu"] : new[] { "cpu", TestDevice.Name };

        // The slower of two instances gets its share only while the faster one is busy, so callers go on until both have answered.
        var seen = new ConcurrentDictionary<string, int>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async caller =>
        {
            for (var i = 0; i < 5000 && seen.Count < devices.Length; i++)
            {
                seen.AddOrUpdate(await CheckAsync(Client(host, "both"), caller + i, expected), 1, (_, count) => count + 1);
            }
        }));

        Assert.Equal(devices.Order(), seen.Keys.Order());
        Assert.Equal(devices.Order(), meters.RunDevices("both").Order());
        Assert.Equal(devices.Select(device => $"{device} for {device}").Order(), meters.ModelDevices("both").Order());
        await host.StopAsync(Stopping);
    }

    [Fact]
    public async Task Start_FallbackAllowed_ShowsInMetadataHealthAndMetrics()
    {
        using var meters = new MeasuredDevices();
        using var host = await StartAsync(services =>
        {
            services.AddHealthChecks().AddInference();
            services.AddModel("loud").UseOnnxRuntime(OnnxModels.Exclaim().ToBytes(), options =>
            {
                TestDevice.Configure(options);
                options.Device = TestDevice.IsCpu ? OnnxDevice.DirectML() : TestDevice.Device;
                options.Fallback.Add(OnnxDevice.Cpu);
            });
        });
        var requested = TestDevice.IsCpu ? "directml:0" : TestDevice.Name;

        Assert.True(host.Services.GetRequiredService<IModelCatalog>().TryGetModel("loud", out var model));
        Assert.True(model.Default!.Metadata!.IsOnFallback);
        var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Stopping);
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("On a fallback device: loud.", health.Entries["inference_ready"].Description);
        Assert.Equal($"version 1 Ready on cpu instead of {requested}", health.Entries["inference_ready"].Data["loud"]);
        Assert.Equal([$"cpu for {requested}"], meters.ModelDevices("loud"));
        await host.StopAsync(Stopping);
    }

    [Fact]
    public async Task Start_TwoModels_TellTheMemoryOfEach()
    {
        using var meters = new MeasuredDevices();
        var (small, large) = (OnnxModels.Mlp(8, 16, 4).ToBytes(), _mlp.ToBytes());
        using var host = await StartAsync(services =>
        {
            services.AddModel("small").UseOnnxRuntime(small, TestDevice.Configure);
            services.AddModel("large").UseOnnxRuntime(large, TestDevice.Configure);
        });

        Assert.Equal(small.Length, meters.Memory("small"));
        Assert.Equal(large.Length, meters.Memory("large"));
        await host.Services.GetRequiredService<IModelCatalog>().UnloadAsync("large", cancellationToken: Stopping);
        Assert.Null(meters.Memory("large"));
        await host.StopAsync(Stopping);
    }

    private static IInferenceClient Client(IHost host, string model) => host.Services.GetRequiredKeyedService<IInferenceClient>(model);

    /// <summary>What the network answers to rows of 0, 1, 2 and 3, on the processor.</summary>
    private static float[][] Expected()
    {
        using var reference = new TestEngine(_mlp, options => options.Device = "cpu");
        return [.. Enumerable.Range(0, 4).Select(value => reference.Run(new() { ["x"] = Row(value) })["y"].ToArray<float>())];
    }

    private static InferenceTensor Row(int value) => InferenceTensor.Create(Enumerable.Repeat((float)value, Width).ToArray(), 1, Width);

    /// <returns>The device that answered.</returns>
    private static async Task<string> CheckAsync(IInferenceClient client, int seed, float[][] expected)
    {
        using var response = await client.InferAsync(new InferenceRequest { Inputs = { ["x"] = Row(seed % 4) } }, Stopping);
        TestDevice.AssertClose(expected[seed % 4], response["y"].ToArray<float>());
        return response.Timing.Device!;
    }

    private static async Task<IHost> StartAsync(Action<IServiceCollection> register)
    {
        TestDevice.Require();
        var builder = Host.CreateEmptyApplicationBuilder(new());
        register(builder.Services);
        var host = builder.Build();
        await host.StartAsync(Stopping);
        await host.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync(cancellationToken: Stopping);
        return host;
    }

    /// <summary>What the instruments say of devices and memory. Meters of other tests are told apart by the model's name.</summary>
    private sealed class MeasuredDevices : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<(string Instrument, double Value, Dictionary<string, object?> Tags)> _measurements = [];

        public MeasuredDevices()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == TelemetryNames.Source)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Keep(instrument, value, tags));
            _listener.Start();
        }

        public IEnumerable<string> RunDevices(string model)
            => Of(TelemetryNames.RunDuration, model).Select(one => (string)one.Tags[TelemetryNames.Device]!).Distinct();

        public IEnumerable<string> ModelDevices(string model)
            => Observe(TelemetryNames.ModelDevice, model).Select(one => $"{one.Tags[TelemetryNames.Device]} for {one.Tags[TelemetryNames.RequestedDevice]}");

        public long? Memory(string model)
            => Observe(TelemetryNames.ModelMemory, model).Select(one => (long?)one.Value).SingleOrDefault();

        public void Dispose() => _listener.Dispose();

        private List<(string Instrument, double Value, Dictionary<string, object?> Tags)> Observe(string instrument, string model)
        {
            _measurements.Clear();
            _listener.RecordObservableInstruments();
            return [.. Of(instrument, model)];
        }

        private IEnumerable<(string Instrument, double Value, Dictionary<string, object?> Tags)> Of(string instrument, string model)
            => _measurements.Where(one => one.Instrument == instrument && model.Equals(one.Tags.GetValueOrDefault(TelemetryNames.Model)));

        private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
            => _measurements.Enqueue((instrument.Name, value, new(tags.ToArray())));
    }
}
