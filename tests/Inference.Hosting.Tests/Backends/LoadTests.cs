// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Batching;
using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Hosting.Tests.Backends;

public sealed class LoadTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly CollectingLoggerProvider _log = new();
    private FakeEngine _engine = new();

    public LoadTests() => _engine.OnRun = run => _time.Advance(TimeSpan.FromMilliseconds(10 + run.Rows));

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Load_WarmsEverySizeOnEveryInstance()
    {
        await using var model = await LoadAsync(options => (options.MaxBatchSize, options.Instances) = (8, 2));

        Assert.Equal([8, 1, 6, 4, 3, 2], _engine.Runs.Take(24).Distinct());
        Assert.All(_engine.Runs.Take(24).CountBy(rows => rows), size => Assert.Equal(4, size.Value));
        Assert.All(_engine.Runs.Skip(24).CountBy(rows => rows), size => Assert.Equal(2, size.Value));
        Assert.Equal(36, _engine.Runs.Count);
        Assert.Equal(18, model.Queue.With((core, _) => core.Curve.Time(8, 0)) / 1e6, 0.001);
        Assert.True(model.Queue.With((core, _) => core.Curve.IsLearned));
        Assert.Equal(2 * 8 / 0.018, model.Load.CapacityRowsPerSecond, 0.1);
        Assert.Equal((8, "m", "3"), (model.Metadata.MaxBatchSize, model.Metadata.Name, model.Metadata.Version));
        Assert.Equal(0, model.Statistics!.ExecutionCount);
    }

    [Fact]
    public async Task Load_ShortBudget_KnowsBothEnds()
    {
        await using var model = await LoadAsync(
            options => options.MaxBatchSize = 64, warmup => warmup.Budget = TimeSpan.FromMilliseconds(150));
        Assert.Equal([64, 1], _engine.Runs.Distinct());
    }

    [Fact]
    public async Task Load_SizeLacksMemory_LowersTheCap()
    {
        _engine.MemoryRows = 40;
        await using var model = await LoadAsync(options => options.MaxBatchSize = 64);
        Assert.Equal(24, model.Queue.With((core, now) => core.Cap.Get(0, core.Settings, now)));
    }

    [Fact]
    public async Task Load_WarmupOff_RunsNothing()
    {
        await using var model = await LoadAsync(warmup: options => options.Enabled = false);
        Assert.Empty(_engine.Runs);
    }

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(-1, false, true)]
    [InlineData(-1, true, false)]
    public async Task Load_OpenShapes_AsksForASample(int width, bool hasSample, bool expected)
    {
        _engine = new FakeEngine(width);
        await using var model = await LoadAsync(warmup: options => options.Sample = hasSample ? _ => Sample() : null);
        Assert.Equal(expected, _log.Messages("GuessedWarmupSample").Any(message => message.Contains("input 'x'", StringComparison.Ordinal)));

        static InferenceRequest Sample() => new() { Inputs = { ["x"] = InferenceTensor.Create<float>([1, 2, 3], [1, 3]) } };
    }

    [Fact]
    public async Task Load_EngineFails_GivesEverythingBack()
    {
        _engine.OnRun = _ => throw new EngineException(EngineFault.Run, "/secret/path") { PublicMessage = "It does not run." };
        var exception = await Assert.ThrowsAsync<InferenceException>(() => LoadAsync());
        Assert.Equal((InferenceErrorCode.EngineFailed, "It does not run."), (exception.Code, exception.Message));
        Assert.Equal((1, 1, true), (_engine.CreatedInstances, _engine.DisposedInstances, _engine.IsDisposed));
    }

    [Fact]
    public async Task Load_Cancelled_GivesEverythingBack()
    {
        using var source = new CancellationTokenSource();
        _engine.OnRun = _ => source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LoadAsync(token: source.Token));
        Assert.Equal((1, true), (_engine.DisposedInstances, _engine.IsDisposed));
    }

    [Fact]
    public async Task Load_SampleOfTwoRows_IsInvalidInput()
    {
        var exception = await Assert.ThrowsAsync<InferenceException>(
            () => LoadAsync(warmup: options => options.Sample = _ => ShellHarness.Request(1, 2)));
        Assert.Equal(InferenceErrorCode.InvalidInput, exception.Code);
    }

    [Fact]
    public async Task Load_UnknownRaggedInput_NamesIt()
    {
        var exception = await Assert.ThrowsAsync<InferenceException>(
            () => LoadAsync(options => options.RaggedAxes.Add(new RaggedAxis { Input = "tokens" })));
        Assert.Contains("tokens", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lengths_ComeFromOptions()
    {
        var settings = new SchedulerSettings { MaxLength = 100 };
        var metadata = new FakeEngine().Metadata;
        Assert.Equal([0], WarmupRunner.Lengths(metadata, new WarmupOptions(), settings));
        metadata = metadata with { Inputs = [metadata.Inputs[0] with { RaggedAxis = 1 }] };
        Assert.Equal([16, 32, 64], WarmupRunner.Lengths(metadata, new WarmupOptions(), settings));
        Assert.Equal([16, 64, 256], WarmupRunner.Lengths(metadata, new WarmupOptions(), settings with { MaxLength = null }));
        Assert.Equal([16, 24], WarmupRunner.Lengths(metadata, new WarmupOptions { Lengths = { 10, 20, 21 } }, settings));
    }

    private async Task<BatchedModel> LoadAsync(
        Action<BatchingOptions>? batching = null, Action<WarmupOptions>? warmup = null, CancellationToken token = default)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_time);
        services.AddLogging(logging => logging.AddProvider(_log));
        services.Configure<BatchingOptions>("m", options => batching?.Invoke(options));
        services.Configure<WarmupOptions>("m", options => warmup?.Invoke(options));
        var backend = new BatchedBackend((_, _) => new(_engine));
        var context = new ModelLoadContext("m", "3", services.BuildServiceProvider());
        return (BatchedModel)await backend.LoadAsync(context, token);
    }
}
