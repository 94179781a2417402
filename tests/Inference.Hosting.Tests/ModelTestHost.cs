// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Models;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Hosting.Tests;

/// <summary>A real host with manual time, settings that can be changed, and a log that is kept.</summary>
internal sealed class ModelTestHost : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly IConfigurationRoot _configuration;

    private ModelTestHost(IHost host, IConfigurationRoot configuration, FakeTimeProvider time, CollectingLoggerProvider log)
        => (Host, _configuration, Time, Log) = (host, configuration, time, log);

    public IHost Host { get; }

    public FakeTimeProvider Time { get; }

    public CollectingLoggerProvider Log { get; }

    public IServiceProvider Services => Host.Services;

    public IModelCatalog Catalog => Services.GetRequiredService<IModelCatalog>();

    public static ModelTestHost Create(Action<IServiceCollection> configure, params (string Key, string Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(
            setting => $"Inference:Models:{setting.Key}", setting => (string?)setting.Value));
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var log = new CollectingLoggerProvider();
        builder.Logging.AddProvider(log);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddMetrics();
        configure(builder.Services);
        return new ModelTestHost(builder.Build(), builder.Configuration, time, log);
    }

    public static async Task<ModelTestHost> StartAsync(
        Action<IServiceCollection> configure, params (string Key, string Value)[] settings)
    {
        var host = Create(configure, settings);
        await host.Host.StartAsync();
        return host;
    }

    /// <summary>A started host whose models are ready.</summary>
    public static async Task<ModelTestHost> ReadyAsync(
        Action<IServiceCollection> configure, params (string Key, string Value)[] settings)
    {
        var host = await StartAsync(configure, settings);
        await host.Catalog.WaitUntilReadyAsync().WaitAsync(Patience);
        return host;
    }

    public IInferenceClient Client(string model) => Services.GetRequiredKeyedService<IInferenceClient>(model);

    public void Set(string key, string value)
    {
        _configuration[$"Inference:Models:{key}"] = value;
        _configuration.Reload();
    }

    /// <summary>Waits until a version is as wanted.</summary>
    public async Task<ModelVersionInfo> WaitForAsync(string model, Func<ModelVersionInfo, bool> wanted, string version = "1")
    {
        var host = Services.GetRequiredService<ModelCatalog>().GetHost(model);
        while (true)
        {
            var changed = host.Changed;
            var info = host.Describe().Versions.Single(item => item.Version == version);
            if (wanted(info))
            {
                return info;
            }

            await changed.WaitAsync(Patience);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Host.StopAsync().WaitAsync(Patience);
        await ((IAsyncDisposable)Host).DisposeAsync();
    }
}
