// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.Metrics;
using Inference.Hosting.Backends;
using Inference.Hosting.Queueing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.Text.Interop;

/// <summary>The calls of one loaded version to a client: queued, limited in number, ended when the version is. Thread-safe.</summary>
internal sealed class ClientCalls : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly AdmissionGate _gate;
    private readonly TimeProvider _time;

    public ClientCalls(ModelLoadContext context, Func<int> limit)
    {
        var queue = context.Services.GetRequiredService<IOptionsMonitor<QueueOptions>>();
        _time = context.Services.GetService<TimeProvider>() ?? TimeProvider.System;
        _gate = new AdmissionGate(
            context.Model, context.Version, limit, () => queue.Get(context.OptionsName), _time, context.Services.GetService<IMeterFactory>());
    }

    public ModelLoad Load => _gate.Load;

    public ModelStatistics Statistics => _gate.Statistics;

    /// <summary>Waits for the call's turn.</summary>
    /// <exception cref="InferenceException">QueueFull, DeadlineExceeded, NotReady.</exception>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public async ValueTask<ClientCall> BeginAsync(CancellationToken cancellationToken)
    {
        var lease = await _gate.EnterAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        return new ClientCall(lease, _time, _stopping.Token, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _gate.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }
}
