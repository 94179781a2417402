// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.Metrics;
using Inference.Hosting.Batching;
using Inference.Hosting.Diagnostics;
using Inference.Hosting.Engines;
using Inference.Hosting.Queueing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.Backends;

/// <summary>What a version behind a queue takes from the host's services: its options with their reloads, time, log and metrics.</summary>
internal sealed class QueueSetup(ModelLoadContext context)
{
    public MonotonicClock Clock { get; } = new(context.Services.GetService<TimeProvider>() ?? TimeProvider.System);

    public ILogger Logger { get; } = (context.Services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance)
        .CreateLogger("Inference.Hosting.Batching");

    public T Options<T>()
        where T : class, new()
        => context.Services.GetService<IOptionsMonitor<T>>()?.Get(context.OptionsName) ?? new T();

    public SchedulerSettings Settings(ModelMetadata metadata, EngineTraits traits)
        => SchedulerSettings.Create(Options<BatchingOptions>(), Options<QueueOptions>(), metadata, traits);

    /// <summary>The measurements of a version, whose gauges read a queue that is made after them; null when nobody measures.</summary>
    public BatchMetrics? CreateMetrics(ModelMetadata metadata, Func<BatchQueue> queue)
        => context.Services.GetService<IMeterFactory>() is { } meters
            ? new BatchMetrics(meters, metadata.Name, metadata.Version, () => QueuedModel.Snapshot(queue()))
            : null;

    /// <summary>Hands changed options to a queue until disposed.</summary>
    public IDisposable?[] Watch(BatchQueue queue, Func<SchedulerSettings> settings)
    {
        return
        [
            context.Services.GetService<IOptionsMonitor<BatchingOptions>>()?.OnChange(Apply),
            context.Services.GetService<IOptionsMonitor<QueueOptions>>()?.OnChange(Apply),
        ];

        void Apply(object options, string? name)
        {
            if (name == context.OptionsName)
            {
                queue.Apply(settings());
            }
        }
    }
}
