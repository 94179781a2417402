// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Models;

/// <summary>Starts loading with the host and drains with it.</summary>
internal sealed partial class ModelHostedService(
    ModelCatalog catalog,
    StartupChecks checks,
    ModelHostDependencies dependencies,
    IHostApplicationLifetime? lifetime = null) : IHostedService, IDisposable
{
    private readonly ILogger _logger = dependencies.Logger;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task? _stopped;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        checks.Run();

        // Readiness falls before the server stops to listen, and whoever still comes is told so at once.
        lifetime?.ApplicationStopping.Register(BeginDrain);
        var loads = catalog.Hosts.Where(host => host.Options.LoadAtStart)
            .Select(host => (Host: host, Task: LoadAsync(host)))
            .ToList();
        try
        {
            foreach (var (_, task) in loads.Where(load => load.Host.Options.Required))
            {
                await task.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            checks.RunLoaded();
        }
        catch
        {
            // A host that fails to start stops nothing: what the others have loaded would stay.
            await StopAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // Test hosts stop twice; both get the same end.
            _stopped ??= StopCoreAsync();
        }

        return _stopped.WaitAsync(cancellationToken);
    }

    public void Dispose() => _stopping.Dispose();

    private void BeginDrain()
    {
        foreach (var host in catalog.Hosts)
        {
            host.BeginDrain();
        }
    }

    private async Task LoadAsync(ModelHost host)
    {
        try
        {
            await host.LoadAsync(version: null, _stopping.Token).ConfigureAwait(false);
        }
        catch (InferenceException exception) when (!host.Options.Required)
        {
            // The app stays up: the model's routes answer 503 with the reason, and the slot tries again.
            LogStartedWithout(host.Name, exception.Message);
        }
        catch (InferenceException exception)
        {
            throw new InvalidOperationException(
                $"The required model '{host.Name}' could not be loaded: {exception.Message}", exception);
        }
        catch (OperationCanceledException)
        {
            // The host stops while the model loads.
        }
    }

    private async Task StopCoreAsync()
    {
        BeginDrain();

        // From here on nothing enters, whatever the rest of stopping waits for.
        var stops = catalog.Hosts.Select(host => host.StopAsync()).ToArray();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(stops).ConfigureAwait(false);
    }

    [LoggerMessage(110, LogLevel.Warning, "The host runs without model {Model}: {Reason}", EventName = "StartedWithoutModel")]
    private partial void LogStartedWithout(string model, string reason);
}
