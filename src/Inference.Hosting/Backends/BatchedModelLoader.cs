// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Engines;
using Inference.Hosting.Queueing;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Backends;

/// <summary>Builds a serving model around an engine: threads, proof, declared axes, warm-up. Used once.</summary>
internal sealed partial class BatchedModelLoader
{
    private readonly ModelLoadContext _context;
    private readonly IInferenceEngine _engine;
    private readonly QueueSetup _setup;
    private readonly MonotonicClock _clock;
    private readonly ILogger _logger;
    private readonly BatchingOptions _batching;
    private readonly WarmupOptions _warmup;
    private EngineThread[] _threads = [];
    private IEngineInstance[] _instances = [];

    public BatchedModelLoader(ModelLoadContext context, IInferenceEngine engine)
    {
        _context = context;
        _engine = engine;
        _setup = new QueueSetup(context);
        (_clock, _logger) = (_setup.Clock, _setup.Logger);
        _batching = _setup.Options<BatchingOptions>();
        _warmup = _setup.Options<WarmupOptions>();
    }

    public async ValueTask<ILoadedModel> LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await BuildAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            await DiscardAsync().ConfigureAwait(false);
            if (exception is InferenceException or OperationCanceledException)
            {
                throw;
            }

            throw new InferenceException(
                InferenceErrorCode.EngineFailed,
                (exception as EngineException)?.PublicMessage
                    ?? $"Model '{_context.Model}' version {_context.Version} could not be started: the server's log has the cause.",
                exception);
        }
    }

    private async Task<BatchedModel> BuildAsync(CancellationToken cancellationToken)
    {
        await StartThreadsAsync(cancellationToken).ConfigureAwait(false);
        var proved = await _threads[0].InvokeAsync(() => Prove(_instances[0])).ConfigureAwait(false);
        var settings = _setup.Settings(proved, _engine.Traits);
        var metadata = proved with { MaxBatchSize = settings.MaxBatch };

        var analyzer = new RequestAnalyzer(metadata);
        var assembler = new BatchAssembler(metadata);
        var responses = new ResponsePool(metadata);
        var samples = new SampleRunner(metadata, analyzer, assembler, responses, _warmup.Sample);
        var scheduler = new BatchScheduler(settings, _threads.Length);
        await WarmUpAsync(scheduler, samples, metadata, cancellationToken).ConfigureAwait(false);

        BatchQueue? queue = null;
        var metrics = _setup.CreateMetrics(metadata, () => queue!);
        queue = new BatchQueue(scheduler, metadata, _clock, metrics);
        var loops = new Task[_threads.Length];
        for (var i = 0; i < loops.Length; i++)
        {
            var loop = new BatchLoop(
                queue, i, _engine, _instances[i], metadata, assembler, responses, samples, metrics, _logger);
            loops[i] = _threads[i].InvokeAsync(loop.Run);
            _threads[i].Stop();
        }

        return new BatchedModel(_engine, metadata, queue, new RequestDoor(queue, analyzer, responses), _threads, metrics, _setup.Watch(queue, () => _setup.Settings(proved, _engine.Traits)));
    }

    private async Task StartThreadsAsync(CancellationToken cancellationToken)
    {
        var count = Math.Max(1, _batching.Instances ?? _engine.Traits.DeviceCount);
        _threads = [.. Enumerable.Range(0, count).Select(i => new EngineThread($"{_context.Model}:{_context.Version} #{i}"))];
        _instances = new IEngineInstance[count];
        for (var i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var index = i;
            _instances[i] = await _threads[i].InvokeAsync(() => _engine.CreateInstance(index)).ConfigureAwait(false);
        }
    }

    private ModelMetadata Prove(IEngineInstance instance)
    {
        var metadata = RaggedDeclaration.Apply(_engine.Prove(instance), _batching.RaggedAxes) with
        {
            Name = _context.Model,
            Version = _context.Version,
        };
        var length = metadata.Inputs.Any(input => input.RaggedAxis is not null) ? _batching.PadMultiple : 0;
        if (metadata.SupportsBatching && metadata.Outputs.Any(output => output.BatchAxis is null))
        {
            metadata = BatchAxisProbe.Run(instance, metadata, out var reason, length, _warmup.Sample);
            if (reason is not null)
            {
                LogNotBatching(_context.Model, _context.Version, reason);
            }
        }

        return length > 0
            ? RaggedProbe.Run(instance, metadata, _batching.MaxLength ?? int.MaxValue, _warmup.Sample)
            : metadata;
    }

    private async Task WarmUpAsync(
        BatchScheduler scheduler, SampleRunner samples, ModelMetadata metadata, CancellationToken cancellationToken)
    {
        if (!_warmup.Enabled)
        {
            return;
        }

        if (_warmup.Sample is null && metadata.SupportsBatching && WarmupSample.FreeInput(metadata) is { } input)
        {
            LogGuessedSample(_context.Model, _context.Version, input);
        }

        var settings = scheduler.Settings;
        var runner = new WarmupRunner(samples, _clock);
        var lengths = WarmupRunner.Lengths(metadata, _warmup, settings);
        var end = _clock.Now + MonotonicClock.Nanoseconds(_warmup.Budget);
        for (var i = 0; i < _threads.Length; i++)
        {
            // The first instance teaches the costs; the others only get to know the shapes.
            Action<int, int, long, int>? learn = i > 0
                ? null
                : (rows, length, time, count) => scheduler.Curve.Seed(rows, length, time, count, _clock.Now);
            var instance = _instances[i];
            await _threads[i].InvokeAsync(() => runner.Run(
                instance,
                new InferenceBatch(metadata),
                lengths,
                settings,
                Math.Max(0, end - _clock.Now),
                learn,
                rows => scheduler.Cap.OutOfMemory(rows, _clock.Now),
                cancellationToken)).ConfigureAwait(false);
        }
    }

    private async Task DiscardAsync()
    {
        for (var i = 0; i < _threads.Length; i++)
        {
            var instance = _instances[i];
            if (instance is not null)
            {
                await _threads[i].InvokeAsync(instance.Dispose).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            _threads[i].Stop();
            await _threads[i].Ended.ConfigureAwait(false);
        }

        await _engine.DisposeAsync().ConfigureAwait(false);
    }

    [LoggerMessage(310, LogLevel.Warning, "Model {Model} version {Version} runs one request at a time: {Reason}", EventName = "NotBatching")]
    private partial void LogNotBatching(string model, string version, string reason);

    [LoggerMessage(
        311,
        LogLevel.Warning,
        "Model {Model} version {Version} was warmed up with guessed shapes, since input '{Input}' leaves dimensions open: the learned batch size may be wrong. Give a typical request in WithWarmup(options => options.Sample = …)",
        EventName = "GuessedWarmupSample")]
    private partial void LogGuessedSample(string model, string version, string input);
}
