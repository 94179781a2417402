// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Engines;
using Inference.Hosting.Queueing;

namespace Inference.Hosting.Backends;

/// <summary>Serves a typed C# function behind the queue that batches.</summary>
internal sealed class ItemFunctionBackend<TIn, TOut>(ItemFunction<TIn, TOut> function) : IModelBackend
{
    private const int WarmupRuns = 3;

    public bool Offers(Type capability) => capability == typeof(IBatchFunction<TIn, TOut>);

    public async ValueTask<ILoadedModel> LoadAsync(ModelLoadContext context, CancellationToken cancellationToken)
    {
        var setup = new QueueSetup(context);
        var metadata = new ModelMetadata(context.Model, context.Version, [], [])
        {
            Platform = "inference_hosting_function",
            SupportsBatching = true,
            MaxBatchSize = int.MaxValue,
            Devices = ["cpu"],
        };
        var described = metadata;
        metadata = metadata with { MaxBatchSize = Settings().MaxBatch };

        var count = Math.Max(1, setup.Options<BatchingOptions>().Instances ?? 1);
        var scheduler = new BatchScheduler(Settings(), count);
        BatchQueue? queue = null;
        var metrics = setup.CreateMetrics(metadata, () => queue!);
        queue = new BatchQueue(scheduler, metadata, setup.Clock, metrics, onPool: !function.NeedsThread);
        ItemLoop<TIn, TOut>[] loops = [.. Enumerable.Range(0, count).Select(
            i => new ItemLoop<TIn, TOut>(queue, i, function, metadata, context.Services, metrics, setup.Logger))];
        try
        {
            await WarmUpAsync(setup, scheduler, loops[0], context, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            metrics?.Dispose();
            queue.Dispose();
            throw;
        }

        Task[] ends = [.. loops.Select((loop, i) => function.NeedsThread ? StartThread(loop, $"{context.Model}:{context.Version} #{i}") : Start(loop))];
        return new ItemModel<TIn, TOut>(
            metadata, queue, new ItemDoor<TIn, TOut>(queue, function), loops, ends, metrics, setup.Watch(queue, Settings));

        // A function takes as many items as there are: sizes to pad to are for graphs.
        SchedulerSettings Settings() => setup.Settings(described, new EngineTraits { IsPure = function.IsPure }) with { AllowedSizes = [] };
    }

    private static Task StartThread(ItemLoop<TIn, TOut> loop, string name)
    {
        var thread = new EngineThread(name);
        _ = thread.InvokeAsync(loop.Run);
        thread.Stop();
        return thread.Ended;
    }

    private static Task Start(ItemLoop<TIn, TOut> loop)
    {
        // Whoever loads the model must not lend its context to all callers.
        if (ExecutionContext.IsFlowSuppressed())
        {
            return loop.RunAsync();
        }

        using (ExecutionContext.SuppressFlow())
        {
            return loop.RunAsync();
        }
    }

    private async ValueTask WarmUpAsync(
        QueueSetup setup, BatchScheduler scheduler, ItemLoop<TIn, TOut> loop, ModelLoadContext context, CancellationToken cancellationToken)
    {
        var options = setup.Options<WarmupOptions>();
        if (function.Sample is null || !options.Enabled)
        {
            return;
        }

        var end = setup.Clock.Now + MonotonicClock.Nanoseconds(options.Budget);
        foreach (var (i, size) in WarmupRunner.Sizes(scheduler.Settings).Index())
        {
            var fastest = long.MaxValue;
            for (var run = 0; run < WarmupRuns && (i < 2 || setup.Clock.Now < end); run++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var start = setup.Clock.Now;
                if (await loop.TrySampleAsync(size).ConfigureAwait(false) is { } error)
                {
                    throw new InferenceException(
                        InferenceErrorCode.EngineFailed,
                        error is InferenceException known
                            ? $"Model '{context.Model}' version {context.Version} failed on its sample: {known.Message}"
                            : $"Model '{context.Model}' version {context.Version} failed on its sample: the server's log has the cause.",
                        error);
                }

                // The first run of all is that of a cold cache.
                fastest = run == 0 ? fastest : Math.Min(fastest, setup.Clock.Now - start);
            }

            if (fastest < long.MaxValue)
            {
                scheduler.Curve.Seed(size, 0, fastest, WarmupRuns - 1, setup.Clock.Now);
            }
        }
    }
}
