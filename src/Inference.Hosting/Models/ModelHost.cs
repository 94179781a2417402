// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Models;

/// <summary>Step 1 of a request: from a name to one ready version. Callers hold its client and notice no swap.</summary>
internal sealed class ModelHost
{
    private readonly ModelDefinition _definition;
    private readonly ModelHostDependencies _dependencies;
    private readonly VersionSlot[] _slots;
    private readonly string[] _aliases;
    private readonly Lock _lock = new();
    private volatile TaskCompletionSource _changed = NewSignal();
    private volatile VersionSlot? _latest;
    private volatile ModelInfo? _described;
    private volatile bool _isEnding;
    private volatile bool _isStopped;
    private volatile bool _isLaidOff;

    public ModelHost(ModelDefinition definition, ModelHostDependencies dependencies)
    {
        _definition = definition;
        _dependencies = dependencies;
        _slots = [.. definition.Backends
            .OrderBy(backend => backend.Key, VersionComparer.Instance)
            .Select(backend => new VersionSlot(
                definition, backend.Key, backend.Value(dependencies.Services), dependencies, OnChanged))];
        _aliases = [.. definition.Aliases.Concat(Options.Aliases).Distinct(StringComparer.Ordinal)];
        Client = new ModelClient(this, dependencies);
    }

    public ModelDefinition Definition => _definition;

    public string Name => _definition.Name;

    public ModelClient Client { get; }

    /// <summary>Other names, as they were at start.</summary>
    public IReadOnlyList<string> Aliases => _aliases;

    public ModelOptions Options => _dependencies.Options.Get(Name);

    /// <summary>The models that stand in for this one; null when there are none. Set once, before the first call.</summary>
    public FallbackChain? Fallbacks { get; set; }

    /// <summary>What its default version says of itself, or the latest that was ever loaded; null before that.</summary>
    public ModelMetadata? KnownMetadata
        => Peek(null)?.Loaded.Metadata ?? Describe().Versions.LastOrDefault(version => version.Metadata is not null)?.Metadata;

    /// <summary>Whether anything computes under the name; a model that only composes others has no versions.</summary>
    public bool HasBackend => _slots.Length > 0;

    /// <summary>Completes when a version changes its state.</summary>
    public Task Changed => _changed.Task;

    /// <summary>Whether a backend of the model says that it offers a capability by itself.</summary>
    public bool Offers(Type capability) => _slots.Any(slot => slot.Offers(capability));

    public ModelInfo Describe()
    {
        var options = Options;
        var isAwaited = !_isLaidOff && (options.Required || options.LoadAtStart);
        if (_described is { } last && last.IsRequired == options.Required && last.IsAwaited == isAwaited && HasVersionsOf(last))
        {
            return last;
        }

        // A model that only composes others is ready when they are, which is their own report.
        ModelVersionInfo[] versions = HasBackend
            ? [.. _slots.Select(slot => slot.Describe())]
            : [new ModelVersionInfo(ModelDefinition.DefaultVersion, ModelState.Ready)];
        return _described = new ModelInfo(Name, versions)
        {
            Aliases = _aliases,
            Default = versions.LastOrDefault(version => version.State == ModelState.Ready),
            Policies = _definition.Policies,
            Fallbacks = Fallbacks is null ? [] : [.. Fallbacks.Hosts.Skip(1).Select(host => host.Name)],
            IsRequired = options.Required,
            IsAwaited = isAwaited,
        };
    }

    /// <summary>Enters the pinned or the latest ready version.</summary>
    /// <returns>Null when it is not ready.</returns>
    /// <exception cref="InferenceException">NotFound.</exception>
    public ModelVersion? TryEnter(string? version)
    {
        if (!HasBackend)
        {
            throw new InferenceException(
                InferenceErrorCode.Unsupported, $"Model '{Name}' takes no tensors: it composes other models.");
        }

        if (_isStopped)
        {
            return null;
        }

        // A version that is unloaded or replaced between the steps is no reason to refuse: look again. Each turn needs another such change.
        while (true)
        {
            var current = Find(version)?.Current;
            if (current?.TryEnter() == true)
            {
                return current;
            }

            if (ReferenceEquals(Find(version)?.Current, current))
            {
                return null;
            }
        }
    }

    /// <summary>Enters, waiting for a version that is loading if the caller wants to wait.</summary>
    /// <exception cref="InferenceException">NotFound, NotReady, DeadlineExceeded.</exception>
    public async ValueTask<ModelVersion> EnterAsync(
        string? version, InferenceOverflow overflow, DateTimeOffset? deadline, CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = Changed;
            if (TryEnter(version) is { } entered)
            {
                return entered;
            }

            if (overflow == InferenceOverflow.Reject || _isStopped || !IsLoading(version))
            {
                throw NotReady(version);
            }

            await WaitAsync(changed, deadline, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = Changed;
            if (_slots.All(slot => slot.State == ModelState.Ready))
            {
                return;
            }

            if (_slots.Any(slot => slot.State == ModelState.Failed) || _isEnding)
            {
                throw NotReady(_slots.FirstOrDefault(slot => slot.State == ModelState.Failed)?.Version);
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task LoadAsync(string? version, CancellationToken cancellationToken)
    {
        _isLaidOff = false;
        await Task.WhenAll(Select(version).Select(slot => slot.LoadAsync(cancellationToken))).ConfigureAwait(false);
    }

    public async Task UnloadAsync(string? version, CancellationToken cancellationToken)
    {
        if (!HasBackend)
        {
            throw new InferenceException(
                InferenceErrorCode.Unsupported, $"Model '{Name}' has nothing to unload: it composes other models. Unload those.");
        }

        // Readiness of the host must not wait for what somebody took away on purpose.
        _isLaidOff = version is null;
        await Task.WhenAll(Select(version).Select(
            slot => slot.UnloadAsync("The model was unloaded.", cancellationToken))).ConfigureAwait(false);
    }

    /// <summary>
    /// The host is about to stop: readiness falls, and doors refuse new work by it. What is under way may still call, a class that
    /// composes several models above all, until <see cref="StopAsync"/>.
    /// </summary>
    public void BeginDrain()
    {
        _isEnding = true;
        foreach (var slot in _slots)
        {
            slot.BeginDrain("The server is shutting down.");
        }

        OnChanged();
    }

    public async Task StopAsync()
    {
        _isStopped = true;
        OnChanged();
        await Task.WhenAll(_slots.Select(slot => slot.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    /// <summary>Whether there is such a version, loaded or not.</summary>
    public bool Has(string version) => _slots.Any(slot => slot.Version == version);

    /// <summary>What a call would enter now, or null.</summary>
    public ModelVersion? Peek(string? version)
        => version is null || Has(version) ? Find(version)?.Current : null;

    /// <summary>The slot of a version; without one, the latest that can serve.</summary>
    /// <exception cref="InferenceException">NotFound.</exception>
    public VersionSlot? Find(string? version)
    {
        if (version is null)
        {
            // Asking a version for its health is not free, and where there is one version the answer changes nothing. One that is being
            // unloaded may still be the latest here when nobody can enter it any more.
            var latest = _latest;
            return _slots.Length == 1 || latest?.Current is { Loaded.Unavailable: null } ? latest : LatestAvailable() ?? latest;
        }

        foreach (var slot in _slots)
        {
            if (slot.Version == version)
            {
                return slot;
            }
        }

        throw new InferenceException(
            InferenceErrorCode.NotFound,
            $"Model '{Name}' has no version '{version}'. It has: {string.Join(", ", _slots.Select(slot => slot.Version))}.");
    }

    private bool HasVersionsOf(ModelInfo described)
    {
        for (var i = 0; i < _slots.Length; i++)
        {
            if (!ReferenceEquals(_slots[i].Describe(), described.Versions[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private VersionSlot? LatestAvailable()
        => _slots.LastOrDefault(slot => Serves(slot) && slot.Current?.Loaded is { Unavailable: null });

    // A draining version with an instance is one whose host is about to stop.
    private static bool Serves(VersionSlot slot) => slot.Current is not null && slot.State is ModelState.Ready or ModelState.Draining;

    private VersionSlot[] Select(string? version) => version is null ? _slots : [Find(version)!];

    private bool IsLoading(string? version)
        => version is null
            ? _slots.Any(slot => slot.State is ModelState.Loading or ModelState.Ready)
            : Find(version)!.State is ModelState.Loading or ModelState.Ready;

    private void OnChanged()
    {
        // Slots call this from several threads: a slow one must not write what a later one has seen changed.
        lock (_lock)
        {
            _latest = _slots.LastOrDefault(Serves);
        }

        Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();
    }

    private async Task WaitAsync(Task changed, DateTimeOffset? deadline, CancellationToken cancellationToken)
    {
        if (deadline is null)
        {
            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        var left = deadline.Value - _dependencies.Time.GetUtcNow();
        try
        {
            await changed.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _dependencies.Time, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new InferenceException(
                InferenceErrorCode.DeadlineExceeded, $"Model '{Name}' was still loading when the deadline passed.");
        }
    }

    private InferenceException NotReady(string? version)
    {
        if (_isEnding || _isStopped)
        {
            return new InferenceException(InferenceErrorCode.NotReady, "The server is shutting down.")
            {
                Reason = InferenceErrorReasons.ShuttingDown,
                RetryAfter = TimeSpan.FromSeconds(1),
            };
        }

        var described = (version is null ? _slots[^1] : Find(version)!).Describe();
        var reason = described.Reason ?? "It is not loaded.";
        return new InferenceException(
            InferenceErrorCode.NotReady, $"Model '{Name}' version '{described.Version}' is not ready ({described.State}): {reason}")
        {
            Reason = described.State == ModelState.Draining ? InferenceErrorReasons.ShuttingDown : null,
            RetryAfter = described.RetryAfter ?? TimeSpan.FromSeconds(1),
        };
    }
}
