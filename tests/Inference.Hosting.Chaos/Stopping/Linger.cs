// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Hosting;

namespace Inference.Hosting.Chaos.Stopping;

/// <summary>Goes on to listen for a while after readiness has fallen, so that load balancers notice before connections are refused.</summary>
internal sealed class Linger(TimeSpan time) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.Delay(time, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
