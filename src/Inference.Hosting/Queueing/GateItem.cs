// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Queueing;

/// <summary>A call that waits for its turn at an <see cref="AdmissionGate"/>.</summary>
internal sealed class GateItem(AdmissionGate gate) : QueueItem
{
    // Continuations run elsewhere, so that the gate may complete it under its lock.
    private readonly TaskCompletionSource<AdmissionLease> _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AdmissionGate Gate { get; } = gate;

    public Task<AdmissionLease> Turn => _turn.Task;

    public void Admit(AdmissionLease lease)
    {
        Outcome = ItemOutcome.Ok;
        _turn.SetResult(lease);
    }

    public void Fail(ItemOutcome outcome, Exception exception)
    {
        Outcome = outcome;
        _turn.SetException(exception);
    }

    public void Cancel(CancellationToken cancellationToken)
    {
        Outcome = ItemOutcome.Cancelled;
        _turn.SetCanceled(cancellationToken);
    }
}
