// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Remote.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Remote.V2;

/// <summary>Looks whether servers still serve a model as it was loaded, and has it loaded again when they do not.</summary>
internal sealed partial class V2Watch : IAsyncDisposable
{
    private readonly ModelLoadContext _context;
    private readonly RemoteEngine _engine;
    private readonly RemoteDirectory _directory;
    private readonly ILogger _logger;
    private readonly Task _watching;
    private readonly CancellationTokenSource _stopping = new();
    private TaskCompletionSource _suspected = NewSignal();
    private Task _reloading = Task.CompletedTask;

    public V2Watch(ModelLoadContext context, RemoteEngine engine, RemoteDirectory directory)
    {
        (_context, _engine, _directory, _logger) = (context, engine, directory, engine.Logger);
        _watching = WatchAsync(_stopping.Token);
    }

    /// <summary>A call was told that the version is not there: looks soon.</summary>
    public void Suspect() => _suspected.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        // A reload is what disposes this as a rule, so it is not waited for.
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await WaitAsync(cancellationToken).ConfigureAwait(false);
            if (_reloading.IsCompleted && await HasChangedAsync(cancellationToken).ConfigureAwait(false))
            {
                LogChanged(_context.Model, _directory.Model.Version ?? "");
                _reloading = ReloadAsync();
            }
        }
    }

    // A suspicion brings the next look forward, but not to less than a tenth of the interval: many calls suspect at once.
    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        var interval = _engine.Options.HealthInterval;
        _suspected = NewSignal();
        await Task.Delay(interval / 10, _engine.Time, cancellationToken).ConfigureAwait(false);
        try
        {
            await _suspected.Task.WaitAsync(interval - (interval / 10), _engine.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Nobody suspects anything.
        }
    }

    private async Task<bool> HasChangedAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _directory.HasChangedAsync(_engine, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogLookFailed(_context.Model, exception);
            return false;
        }
    }

    private async Task ReloadAsync()
    {
        try
        {
            if (_context.Services.GetService<IModelCatalog>() is { } catalog)
            {
                await catalog.LoadAsync(_context.Model, _context.Version).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is InferenceException or OperationCanceledException or ObjectDisposedException)
        {
            // The host has logged why; the model goes on as it is, and the next look tries again.
        }
    }

    [LoggerMessage(820, LogLevel.Information, "The servers of model {Model} no longer serve version '{Version}' as it was loaded: it is loaded again.", EventName = "RemoteModelChanged")]
    private partial void LogChanged(string model, string version);

    [LoggerMessage(821, LogLevel.Warning, "The servers of model {Model} could not be asked which version they serve.", EventName = "RemoteModelLookFailed")]
    private partial void LogLookFailed(string model, Exception exception);
}
