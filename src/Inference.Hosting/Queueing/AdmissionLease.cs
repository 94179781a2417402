// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Queueing;

/// <summary>A call's place at an <see cref="AdmissionGate"/>; disposal gives it back. Used by one caller at a time.</summary>
public sealed class AdmissionLease : IDisposable
{
    private readonly AdmissionGate _gate;
    private bool _isDisposed;

    internal AdmissionLease(AdmissionGate gate, long started, long waited)
        => (_gate, Started, Waited) = (gate, started, waited);

    /// <summary>How long the call waited for its turn.</summary>
    public TimeSpan QueueTime => TimeSpan.FromTicks(Waited / 100);

    internal long Started { get; }

    internal long Waited { get; }

    internal ItemOutcome Outcome { get; private set; } = ItemOutcome.Cancelled;

    /// <summary>The call was answered: its time teaches the gate what a call costs.</summary>
    public void Succeed() => Outcome = ItemOutcome.Ok;

    /// <summary>The call failed. Without this and <see cref="Succeed"/>, its caller left.</summary>
    public void Fail() => Outcome = ItemOutcome.Failed;

    /// <summary>Gives the place to the next in line.</summary>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _gate.Leave(this);
        }
    }
}
