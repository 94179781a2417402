// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Batching;
using Inference.Hosting.Engines;
using Inference.Hosting.Queueing;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Hosting.Tests.Backends;

/// <summary>The whole backend with real threads, an engine at a gate, and a clock that stands still unless told.</summary>
internal sealed class ShellHarness : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly ServiceProvider _services;

    private ShellHarness(ServiceProvider services, FakeEngine engine, FakeTimeProvider time, BatchedModel model)
    {
        _services = services;
        Engine = engine;
        Time = time;
        Model = model;
    }

    public FakeEngine Engine { get; }

    public FakeTimeProvider Time { get; }

    public BatchedModel Model { get; }

    public static async Task<ShellHarness> StartAsync(
        Action<BatchingOptions>? batching = null,
        Action<QueueOptions>? queue = null,
        FakeEngine? engine = null,
        Action<IServiceCollection>? services = null,
        IInferenceEngine? other = null)
    {
        var time = new FakeTimeProvider();
        var collection = new ServiceCollection();
        collection.AddSingleton<TimeProvider>(time);
        collection.Configure<BatchingOptions>("m", options =>
        {
            options.MaxBatchSize = 8;
            options.RejoinWindow = TimeSpan.Zero;
            batching?.Invoke(options);
        });
        collection.Configure<QueueOptions>("m", options => queue?.Invoke(options));
        collection.Configure<WarmupOptions>("m", options => options.Enabled = false);
        services?.Invoke(collection);
        var provider = collection.BuildServiceProvider();
        engine ??= new FakeEngine();
        var backend = new BatchedBackend((_, _) => new(other ?? engine));
        var model = await backend.LoadAsync(new ModelLoadContext("m", "1", provider), CancellationToken.None);
        return new ShellHarness(provider, engine, time, (BatchedModel)model);
    }

    public static InferenceRequest Request(params float[] rows)
    {
        var request = new InferenceRequest();
        request.Inputs["x"] = InferenceTensor.Create(rows, rows.Length, 1);
        return request;
    }

    public Task<InferenceResponse> Infer(float value, CancellationToken token = default) => Infer(Request(value), token);

    public Task<InferenceResponse> Infer(InferenceRequest request, CancellationToken token = default)
        => Model.InferAsync(request, token).AsTask();

    public static void Until(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, _patience), "It never came to pass.");

    public static async Task<InferenceErrorCode> FailsAsync(Task task)
        => (await Assert.ThrowsAsync<InferenceException>(() => task.WaitAsync(_patience))).Code;

    /// <summary>One request runs and waits at the gate.</summary>
    public Task<InferenceResponse> OccupyAsync(float value = -1)
    {
        Engine.CloseGate();
        var blocker = Infer(value);
        Until(() => Engine.RunsAtGate == 1);
        return blocker;
    }

    public void AssertConserved(int requests)
    {
        var statistics = Model.Statistics!;
        Assert.Equal(
            requests,
            statistics.Success.Count + statistics.Fail.Count + statistics.Cancel.Count + statistics.RefusedCount + Model.Queue.InFlight);
        Assert.Equal(statistics.InferenceCount, statistics.Batches.Sum(batch => batch.BatchSize * batch.ComputeInfer.Count));
        Assert.Equal(statistics.ExecutionCount, statistics.Batches.Sum(batch => batch.ComputeInfer.Count));
    }

    public async ValueTask DisposeAsync()
    {
        Engine.OpenGate();
        await Model.DisposeAsync();
        Assert.Equal(Engine.CreatedInstances, Engine.DisposedInstances);
        Assert.Equal(0, Model.Queue.InFlight);
        await _services.DisposeAsync();
    }
}
