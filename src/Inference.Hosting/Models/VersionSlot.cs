// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.Models;

/// <summary>The life of one version: load, retry, reload by swap, drain, unload. One change at a time.</summary>
internal sealed partial class VersionSlot : IAsyncDisposable
{
    private readonly ModelDefinition _definition;
    private readonly IModelBackend _backend;
    private readonly IServiceProvider _services;
    private readonly IOptionsMonitor<ModelOptions> _options;
    private readonly TimeProvider _time;
    private readonly InferenceMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Action _changed;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private volatile ModelVersion? _current;
    private volatile Snapshot _snapshot = new(ModelState.Unloaded, null, null, null);
    private volatile Description? _described;
    private ITimer? _retry;
    private int _failures;

    public VersionSlot(
        ModelDefinition definition,
        string version,
        IModelBackend backend,
        ModelHostDependencies dependencies,
        Action changed)
    {
        (_definition, Version, _backend, _changed) = (definition, version, backend, changed);
        (_services, _options, _time, _metrics) =
            (dependencies.Services, dependencies.Options, dependencies.Time, dependencies.Metrics);
        _logger = dependencies.Logger;
    }

    public string Version { get; }

    public ModelVersion? Current => _current;

    public ModelState State => _snapshot.State;

    public string? Reason => _snapshot.Reason;

    private ModelOptions Options => _options.Get(_definition.Name);

    public bool Offers(Type capability) => _backend.Offers(capability);

    public ModelVersionInfo Describe()
    {
        var (current, snapshot) = (_current, _snapshot);
        var unavailable = current?.Loaded.Unavailable;
        var metadata = current?.Loaded.Metadata ?? snapshot.Metadata;

        // Each request asks, and as a rule hears what the one before it heard.
        if (_described is { } last && last.IsOf(current, snapshot, metadata, unavailable))
        {
            return last.Info;
        }

        var info = new ModelVersionInfo(Version, unavailable is null ? snapshot.State : ModelState.Failed)
        {
            Reason = unavailable ?? snapshot.Reason,
            Metadata = metadata,
            LoadSource = current?.ReadLoad,
            BatchingSource = current?.ReadBatching,
            RetryAfter = snapshot.RetryAt is { } retryAt ? Later(retryAt - _time.GetUtcNow()) : null,
        };
        _described = snapshot.RetryAt is null ? new Description(current, snapshot, metadata, unavailable, info) : null;
        return info;
    }

    /// <summary>Loads, or reloads. What serves now goes on until the new instance is ready, and also if loading fails.</summary>
    public Task LoadAsync(CancellationToken cancellationToken) => LoadAsync(isRetry: false, cancellationToken);

    private async Task LoadAsync(bool isRetry, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (isRetry && State != ModelState.Failed)
            {
                // Somebody loaded or unloaded it while the retry waited its turn.
                return;
            }

            if (_stopping.IsCancellationRequested)
            {
                throw new InferenceException(InferenceErrorCode.NotReady, "The server is shutting down.")
                {
                    Reason = InferenceErrorReasons.ShuttingDown,
                };
            }

            StopRetrying();
            var old = _current;
            if (old is null)
            {
                Become(ModelState.Loading, "The model is loading.");
            }

            var loaded = await LoadOrExplainAsync(old is not null, cancellationToken).ConfigureAwait(false);
            _current = loaded;
            _failures = 0;
            Become(ModelState.Ready, null);
            if (old is not null)
            {
                await RetireAsync(old).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Lets nobody in any more, finishes what was accepted, and frees the memory.</summary>
    public async Task UnloadAsync(string reason, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            StopRetrying();
            if (_current is { } old)
            {
                // Out of reach first: callers that name no version go to the next one from here on.
                _current = null;
                Become(ModelState.Draining, reason);
                await RetireAsync(old).ConfigureAwait(false);
            }

            Become(ModelState.Unloaded, reason);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Says that the end is near, and loads nothing more. Calls of work that is under way still pass.</summary>
    public void BeginDrain(string reason)
    {
        _stopping.Cancel();
        if (_current is not null)
        {
            Become(ModelState.Draining, reason);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await UnloadAsync("The server is shutting down.", CancellationToken.None).ConfigureAwait(false);
    }

    private async Task<ModelVersion> LoadOrExplainAsync(bool isReload, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Options.LoadTimeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, timeout.Token, _stopping.Token);
        var started = _time.GetTimestamp();
        try
        {
            LogLoading(_definition.Name, Version);

            // Loading a graph blocks for long; it must not hold a pool thread that requests need.
            var loaded = await Task.Factory.StartNew(
                () => LoadCoreAsync(linked.Token),
                linked.Token,
                TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
                TaskScheduler.Default).Unwrap().ConfigureAwait(false);
            var elapsed = _time.GetElapsedTime(started);
            _metrics.Loaded(_definition.Name, Version, elapsed, "ok");
            LogLoaded(_definition.Name, Version, elapsed.TotalSeconds, string.Join(',', loaded.Loaded.Metadata.Devices));
            return loaded;
        }
        catch (Exception exception)
        {
            if (cancellationToken.IsCancellationRequested || _stopping.IsCancellationRequested)
            {
                if (!isReload)
                {
                    Become(ModelState.Unloaded, "Loading was cancelled.");
                }

                throw;
            }

            var failure = Explain(exception, timeout.IsCancellationRequested);
            _metrics.Loaded(_definition.Name, Version, _time.GetElapsedTime(started), "failed");
            LogLoadFailed(_definition.Name, Version, failure.Message, exception);
            if (isReload)
            {
                Become(ModelState.Ready, $"The last reload failed; the former instance serves. {failure.Message}");
            }
            else
            {
                RetryLater(failure.Message);
            }

            throw failure;
        }
    }

    private async Task<ModelVersion> LoadCoreAsync(CancellationToken cancellationToken)
    {
        var context = new ModelLoadContext(_definition.Name, Version, _services)
        {
            OptionsName = _definition.OptionsName(Version),
        };
        context = context with { Files = await _backend.OpenFilesAsync(context, cancellationToken).ConfigureAwait(false) };
        var assets = new Dictionary<Type, object>();
        try
        {
            foreach (var asset in _definition.Assets.Where(asset => asset.Version is null || asset.Version == Version))
            {
                assets[asset.Type] = CreateAsset(asset, context.Files);
            }

            var loaded = await _backend.LoadAsync(context, cancellationToken).ConfigureAwait(false);
            return new ModelVersion(_definition.Name, Version, loaded, assets);
        }
        catch
        {
            await ModelVersion.DisposeAsync(assets.Values).ConfigureAwait(false);
            throw;
        }
    }

    private static object CreateAsset(AssetDefinition asset, ModelFiles files)
    {
        try
        {
            return asset.Create(files);
        }
        catch (Exception exception) when (exception is not InferenceException)
        {
            throw new InferenceException(
                InferenceErrorCode.NotReady, $"The asset {asset.Type.Name} could not be built: {exception.GetType().Name}.", exception);
        }
    }

    private InferenceException Explain(Exception exception, bool timedOut) => exception switch
    {
        InferenceException known => new InferenceException(InferenceErrorCode.NotReady, known.Message, known),
        OperationCanceledException when timedOut => new InferenceException(
            InferenceErrorCode.NotReady,
            $"Loading took longer than {Options.LoadTimeout}. Raise Inference:Models:{_definition.Name}:LoadTimeout or use a smaller model.",
            exception),

        // Unknown exceptions may carry paths; the log has them, clients get the kind.
        _ => new InferenceException(
            InferenceErrorCode.NotReady, $"Loading failed with {exception.GetType().Name}; the server's log says more.", exception),
    };

    /// <summary>Waits for the last user within the drain timeout, then disposes; what is left then fails.</summary>
    private async Task RetireAsync(ModelVersion old)
    {
        var idle = old.Close();
        try
        {
            await idle.WaitAsync(Options.DrainTimeout, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            LogDrainTimeout(_definition.Name, Version, old.Users, Options.DrainTimeout.TotalSeconds);
        }

        try
        {
            await old.DisposeAsync().ConfigureAwait(false);
            LogUnloaded(_definition.Name, Version);
        }
        catch (Exception exception)
        {
            // The version is gone for callers; what its backend could not free must not block the next one.
            LogDisposeFailed(_definition.Name, Version, exception);
        }
    }

    private void RetryLater(string reason)
    {
        var options = Options;

        // As a number: doubled often enough, a time span overflows.
        var delay = TimeSpan.FromSeconds(Math.Min(
            options.RetryDelay.TotalSeconds * Math.Pow(2, Math.Min(_failures++, 30)), options.MaxRetryDelay.TotalSeconds));
        _retry = _time.CreateTimer(_ => _ = RetryAsync(), null, delay, Timeout.InfiniteTimeSpan);
        _snapshot = new Snapshot(ModelState.Failed, reason, _snapshot.Metadata, _time.GetUtcNow() + delay);
        _changed();
    }

    private async Task RetryAsync()
    {
        try
        {
            await LoadAsync(isRetry: true, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is InferenceException or OperationCanceledException)
        {
            // The failure is in the snapshot and the log, and the next try is set; or the host stops.
        }
    }

    private void StopRetrying()
    {
        _retry?.Dispose();
        _retry = null;
    }

    private void Become(ModelState state, string? reason)
    {
        _snapshot = new Snapshot(state, reason, _current?.Loaded.Metadata ?? _snapshot.Metadata, null);
        _changed();
    }

    private static TimeSpan Later(TimeSpan left) => left > TimeSpan.Zero ? left : TimeSpan.Zero;

    private sealed record Snapshot(ModelState State, string? Reason, ModelMetadata? Metadata, DateTimeOffset? RetryAt);

    /// <summary>What was said last, and of what.</summary>
    private sealed class Description(
        ModelVersion? current, Snapshot snapshot, ModelMetadata? metadata, string? unavailable, ModelVersionInfo info)
    {
        public ModelVersionInfo Info => info;

        public bool IsOf(ModelVersion? version, Snapshot state, ModelMetadata? own, string? fault)
            => ReferenceEquals(version, current) && ReferenceEquals(state, snapshot) && ReferenceEquals(own, metadata) && fault == unavailable;
    }
}
