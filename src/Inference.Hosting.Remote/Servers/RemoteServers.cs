// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Remote.Servers;

/// <summary>The addresses of a model: which one gets a call, which ones get none for a while. Thread-safe.</summary>
internal sealed partial class RemoteServers : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly string _model;
    private readonly Func<RemoteOptions> _options;
    private readonly Func<RemoteServer, CancellationToken, Task<ServerFault>> _probe;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly RemoteServer[] _servers;
    private Task _probing = Task.CompletedTask;
    private int _next;

    /// <param name="model">The model, for the log.</param>
    /// <param name="options">The options in force; asked each time.</param>
    /// <param name="probe">Asks a server whether it is well. What it throws means that the server cannot be reached.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public RemoteServers(
        string model,
        Func<RemoteOptions> options,
        Func<RemoteServer, CancellationToken, Task<ServerFault>> probe,
        TimeProvider time,
        ILogger logger)
    {
        (_model, _options, _probe, _time, _logger) = (model, options, probe, time, logger);
        _servers = [.. options().Addresses.Select(address => new RemoteServer(address))];
    }

    public IReadOnlyList<RemoteServer> All => _servers;

    public TimeProvider Time => _time;

    /// <summary>Why no server can serve now, in words for clients; null when one can.</summary>
    public string? Unavailable
    {
        get
        {
            lock (_lock)
            {
                var now = _time.GetUtcNow();
                return Array.Exists(_servers, server => server.Probed == ServerFault.None && !IsEjected(server, now)) ? null : Explain();
            }
        }
    }

    /// <summary>Asks all servers once, and from then on again and again.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await ProbeAllAsync(cancellationToken).ConfigureAwait(false);
        _probing = ProbeForeverAsync();
    }

    /// <summary>The server that is predicted to answer soonest, of those that are open and were not tried yet; null when there is none.</summary>
    public ServerCall? Take(IReadOnlyCollection<RemoteServer>? tried = null)
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            var unknown = TypicalCost();
            var (best, least) = ((RemoteServer?)null, double.MaxValue);
            _next = (_next + 1) % _servers.Length;
            for (var i = 0; i < _servers.Length; i++)
            {
                var server = _servers[(_next + i) % _servers.Length];
                if (!server.IsOpen(now) || tried?.Contains(server) == true)
                {
                    continue;
                }

                var wait = (server.InFlight + 1) * (server.Cost > 0 ? server.Cost : unknown);
                if (wait < least)
                {
                    (best, least) = (server, wait);
                }
            }

            if (best is null)
            {
                return null;
            }

            best.InFlight++;
            best.IsTried = best.EjectedUntil is not null;
            return new ServerCall(this, best, _time.GetTimestamp());
        }
    }

    /// <summary>A call to a server by name, which teaches nothing: a probe.</summary>
    public ServerCall Visit(RemoteServer server)
    {
        lock (_lock)
        {
            server.InFlight++;
            return new ServerCall(this, server, _time.GetTimestamp()) { IsProbe = true };
        }
    }

    /// <summary>Whether <see cref="Take"/> would find one.</summary>
    public bool HasOther(IReadOnlyCollection<RemoteServer> tried)
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            return Array.Exists(_servers, server => server.IsOpen(now) && !tried.Contains(server));
        }
    }

    /// <summary>What callers are told when <see cref="Take"/> finds none.</summary>
    public InferenceException NoneLeft()
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            var soonest = _servers.Min(server =>
                server.Probed == ServerFault.None && server.EjectedUntil is { } until ? until - now : _options().HealthInterval);
            return new InferenceException(InferenceErrorCode.NotReady, Explain())
            {
                RetryAfter = soonest > TimeSpan.Zero ? soonest : TimeSpan.FromSeconds(1),
            };
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _probing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    internal void Leave(ServerCall call)
    {
        lock (_lock)
        {
            var server = call.Server;
            server.InFlight--;
            if (call.IsProbe)
            {
                return;
            }

            server.IsTried = false;
            if (call.Fault is not (ServerFault.None or ServerFault.KeyRefused))
            {
                Failed(server, call.Fault);
            }
            else if (call.HasSucceeded)
            {
                server.Learn(_time.GetElapsedTime(call.Started));
                Recover(server);
            }
            else if (call.HasAnswered)
            {
                Recover(server);
            }
        }
    }

    private static bool IsEjected(RemoteServer server, DateTimeOffset now) => server.EjectedUntil > now;

    private void Failed(RemoteServer server, ServerFault fault)
    {
        var options = _options();
        server.Failures++;
        if (server.EjectedUntil is null && server.Failures < options.EjectAfter)
        {
            return;
        }

        // As a number: doubled often enough, a time span overflows.
        var seconds = Math.Min(
            options.EjectTime.TotalSeconds * Math.Pow(2, Math.Min(server.Ejections, 30)), options.MaxEjectTime.TotalSeconds);
        server.Ejections++;
        server.EjectedFor = fault;
        server.EjectedUntil = _time.GetUtcNow() + TimeSpan.FromSeconds(seconds);
        LogEjected(server.Address, _model, server.Failures, seconds, fault);
    }

    private void Recover(RemoteServer server)
    {
        if (server.EjectedUntil is not null)
        {
            LogRecovered(server.Address, _model);
        }

        (server.Failures, server.Ejections, server.EjectedUntil) = (0, 0, null);
    }

    private double TypicalCost()
    {
        var (sum, count) = (0.0, 0);
        foreach (var server in _servers)
        {
            if (server.Cost > 0)
            {
                (sum, count) = (sum + server.Cost, count + 1);
            }
        }

        return count == 0 ? 1 : sum / count;
    }

    private string Explain()
    {
        var faults = _servers.Select(server => server.Probed != ServerFault.None ? server.Probed : server.EjectedFor).ToHashSet();
        var why = faults.Contains(ServerFault.KeyRefused) ? $"refuses the key that this app sends: set Inference:Models:{_model}:Remote:Key"
            : faults.Contains(ServerFault.Failing) ? "fails on every call: it is tried again soon"
            : faults.Contains(ServerFault.NotReady) ? "says that it is not ready: it is asked again soon"
            : "cannot be reached: it is tried again soon";
        return _servers.Length == 1
            ? $"The server behind the model {why}."
            : $"None of the {_servers.Length} servers behind the model can serve; one {why}.";
    }

    private async Task ProbeForeverAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(_options().HealthInterval, _time, _stopping.Token).ConfigureAwait(false);
                await ProbeAllAsync(_stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The version is gone.
        }
    }

    private Task ProbeAllAsync(CancellationToken cancellationToken)
        => Task.WhenAll(_servers.Select(server => ProbeAsync(server, cancellationToken)));

    private async Task ProbeAsync(RemoteServer server, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options().HealthTimeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        ServerFault fault;
        try
        {
            fault = await _probe(server, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException or InferenceException)
        {
            fault = ServerFault.Unreachable;
        }

        lock (_lock)
        {
            var before = server.Probed;
            server.Probed = fault;
            if (fault == ServerFault.None && server.EjectedFor == ServerFault.Unreachable)
            {
                Recover(server);
            }

            if (before != fault)
            {
                LogProbed(before, fault, server.Address);
            }
        }
    }

    private void LogProbed(ServerFault before, ServerFault fault, Uri address)
    {
        if (fault != ServerFault.None)
        {
            LogDown(address, _model, fault);
        }
        else if (before != ServerFault.None)
        {
            LogUp(address, _model);
        }
    }
}
