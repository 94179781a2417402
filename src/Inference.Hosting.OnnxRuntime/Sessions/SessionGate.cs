// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.OnnxRuntime.Sessions;

/// <summary>Lets one thread at a time near a device whose provider needs that; all others pass without a lock. Thread-safe, reentrant.</summary>
internal sealed class SessionGate
{
    private static readonly SessionGate _open = new(null);

    // WebGPU's sessions record into one command queue; two of them at once end the process, not only their runs.
    private static readonly SessionGate _process = new(new());

    private readonly Lock? _lock;

    private SessionGate(Lock? gate) => _lock = gate;

    /// <summary>The gate of a new session.</summary>
    public static SessionGate For(ProviderConcurrency concurrency) => concurrency switch
    {
        ProviderConcurrency.OnePerProcess => _process,
        ProviderConcurrency.OnePerSession => new(new()),
        _ => _open,
    };

    /// <summary>Held until the scope is disposed.</summary>
    public Lock.Scope Enter() => _lock is null ? default : _lock.EnterScope();
}
