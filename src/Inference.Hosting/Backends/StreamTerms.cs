// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Queueing;

namespace Inference.Hosting.Backends;

/// <summary>How long one streaming call may go on: until its caller leaves, its deadline passes, or its version is disposed.</summary>
internal sealed class StreamTerms : IDisposable
{
    // What a timer can wait for at most; a deadline further away is none.
    private static readonly TimeSpan _farAway = TimeSpan.FromDays(40);

    private readonly CancellationToken _caller;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenSource? _deadline;
    private readonly CancellationTokenSource _any;

    public StreamTerms(InferenceRequest request, TimeProvider time, CancellationToken stopping, CancellationToken caller)
    {
        (_caller, _stopping) = (caller, stopping);
        var context = InferenceContext.Current;
        MayWait = (request.Overflow ?? context?.Overflow ?? InferenceOverflow.Wait) == InferenceOverflow.Wait;
        if ((request.Deadline ?? context?.Deadline) - time.GetUtcNow() is { } left && left < _farAway)
        {
            _deadline = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        }

        _any = _deadline is null
            ? CancellationTokenSource.CreateLinkedTokenSource(caller, stopping)
            : CancellationTokenSource.CreateLinkedTokenSource(caller, stopping, _deadline.Token);
    }

    public bool MayWait { get; }

    /// <summary>Cancelled when the call must end, for whichever reason.</summary>
    public CancellationToken Token => _any.Token;

    /// <summary>What a failure means to the caller.</summary>
    public Exception Explain(Exception exception) => exception switch
    {
        not OperationCanceledException => Refusals.Failed(exception),
        _ when _caller.IsCancellationRequested => new OperationCanceledException(_caller),
        _ when _deadline is { IsCancellationRequested: true } => new InferenceException(
            InferenceErrorCode.DeadlineExceeded, "The deadline passed before the model had answered: allow more time, or try again later."),
        _ when _stopping.IsCancellationRequested => QueueFaults.Stopped(),
        _ => Refusals.Failed(exception),
    };

    public void Dispose()
    {
        _any.Dispose();
        _deadline?.Dispose();
    }
}
