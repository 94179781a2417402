// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Remote.Servers;

/// <summary>A call's stay at a server, from its choice to the end of its answer. Ended by disposal; without a word before it, the caller left.</summary>
internal sealed class ServerCall(RemoteServers servers, RemoteServer server, long started) : IDisposable
{
    private int _isDisposed;

    public RemoteServer Server => server;

    public long Started => started;

    public bool IsProbe { get; init; }

    public ServerFault Fault { get; private set; }

    public bool HasAnswered { get; private set; }

    public bool HasSucceeded { get; private set; }

    /// <summary>The server did what it should: its time is learned.</summary>
    public void Succeed() => HasSucceeded = true;

    /// <summary>The server is well, but how long a call takes does not show from this one.</summary>
    public void Answer() => HasAnswered = true;

    /// <summary>The server is at fault.</summary>
    public void Fail(ServerFault fault) => (Fault, HasSucceeded) = (fault, false);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            servers.Leave(this);
        }
    }
}
