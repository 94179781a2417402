// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.Metrics;
using System.Net;
using Inference.Hosting.Backends;
using Inference.Hosting.Queueing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.Remote.Servers;

/// <summary>What all remote versions are made of: a gate in front, addresses behind, HTTP between. Thread-safe.</summary>
internal sealed class RemoteEngine : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<RemoteOptions> _options;
    private readonly HttpMessageInvoker _http;

    /// <param name="context">Which version.</param>
    /// <param name="options">The options in force; asked for each call.</param>
    /// <param name="probe">Asks a server whether it is well; null for <see cref="ProbeAsync"/> of a path.</param>
    public RemoteEngine(
        ModelLoadContext context, Func<RemoteOptions> options, Func<RemoteEngine, RemoteServer, CancellationToken, Task<ServerFault>> probe)
    {
        var services = context.Services;
        _options = options;
        Time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        Logger = (services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Inference.Hosting.Remote");
        var queue = services.GetRequiredService<IOptionsMonitor<QueueOptions>>();
        Gate = new AdmissionGate(
            context.Model,
            context.Version,
            () => options().MaxConcurrency,
            () => queue.Get(context.OptionsName),
            Time,
            services.GetService<IMeterFactory>());
        Servers = new RemoteServers(context.Model, options, (server, token) => probe(this, server, token), Time, Logger);
        _http = new HttpMessageInvoker(
            services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(RemoteHttp.ClientName(context.Model)), disposeHandler: false);
    }

    public AdmissionGate Gate { get; }

    public RemoteServers Servers { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    public RemoteOptions Options => _options();

    /// <summary>Cancelled when the version is disposed.</summary>
    public CancellationToken Stopping => _stopping.Token;

    public ModelLoad Load => Gate.Load;

    public ModelStatistics Statistics => Gate.Statistics;

    public string? Unavailable => Servers.Unavailable;

    /// <summary>Waits for the call's turn, sends it, and waits for the head of the answer.</summary>
    /// <returns>The answer, whatever its status.</returns>
    /// <exception cref="InferenceException">QueueFull, NotReady, DeadlineExceeded, EngineFailed.</exception>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public async ValueTask<RemoteAnswer> SendAsync(RemoteRequest request, CancellationToken cancellationToken)
    {
        // (1) Its terms, and its turn.
        var options = _options();
        var terms = new CallTerms(request.Terms, Time, _stopping.Token, cancellationToken);
        AdmissionLease? lease = null;
        try
        {
            lease = await Gate.EnterAsync(request.Terms, request.Body.Length, terms.Token).ConfigureAwait(false);

            // (2) Sent, as often as it takes and may be.
            terms.Within(options.ResponseTimeout);
            var call = new RemoteCall(Servers, options, request);
            var response = await _http.SendAsync(call.ToMessage(), terms.Token).ConfigureAwait(false);
            terms.Rest();
            return new RemoteAnswer(response, ((VisitContent)response.Content).Visit, terms, lease, options, Time);
        }
        catch (Exception exception)
        {
            var explained = terms.Explain(exception);
            if (explained is not OperationCanceledException)
            {
                lease?.Fail();
            }

            lease?.Dispose();
            terms.Dispose();
            if (ReferenceEquals(explained, exception))
            {
                throw;
            }

            throw explained;
        }
    }

    /// <summary>Asks one server something about it, past the gate and once.</summary>
    /// <returns>The head of the answer, whatever its status; the caller's to dispose.</returns>
    /// <exception cref="HttpRequestException">It cannot be reached.</exception>
    public Task<HttpResponseMessage> AskAsync(RemoteServer server, RemoteRequest request, CancellationToken cancellationToken)
        => _http.SendAsync(new RemoteCall(Servers, _options(), request, server).ToMessage(), cancellationToken);

    /// <summary>Asks a server for a path, and judges by the status alone.</summary>
    public async Task<ServerFault> ProbeAsync(RemoteServer server, string path, CancellationToken cancellationToken)
    {
        using var response = await AskAsync(server, new RemoteRequest(HttpMethod.Get, path), cancellationToken).ConfigureAwait(false);
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ServerFault.KeyRefused,
            HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests or HttpStatusCode.Conflict => ServerFault.NotReady,
            < HttpStatusCode.MultipleChoices => ServerFault.None,

            // It answers; what it does not have is this path.
            HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed => ServerFault.None,
            _ => ServerFault.Failing,
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Gate.DisposeAsync().ConfigureAwait(false);
        await Servers.DisposeAsync().ConfigureAwait(false);
        _http.Dispose();
        _stopping.Dispose();
    }
}
