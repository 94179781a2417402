// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Models;

/// <summary>How long a caller waits for a backend that keeps no deadlines of its own: until its deadline passes, or it leaves.</summary>
internal sealed class CallTerms : IDisposable
{
    // What a timer can wait for at most; a deadline further away is none.
    private static readonly TimeSpan _farAway = TimeSpan.FromDays(40);

    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource? _deadline;
    private readonly CancellationTokenSource? _any;

    private CallTerms(TimeSpan? left, TimeProvider time, CancellationToken caller)
    {
        (_caller, Token) = (caller, caller);
        if (left is { } rest)
        {
            _deadline = new CancellationTokenSource(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, time);
            _any = CancellationTokenSource.CreateLinkedTokenSource(caller, _deadline.Token);
            Token = _any.Token;
        }
    }

    /// <summary>Cancelled when the caller waits no more, for whichever reason.</summary>
    public CancellationToken Token { get; }

    /// <summary>Whether the deadline has passed.</summary>
    public bool IsLate => _deadline is { IsCancellationRequested: true };

    /// <summary>The terms of a call; null when nothing could ever end the wait.</summary>
    public static CallTerms? Find(DateTimeOffset? deadline, TimeProvider time, CancellationToken caller)
    {
        var left = deadline - time.GetUtcNow();
        return left is { } rest && rest < _farAway
            ? new CallTerms(rest, time, caller)
            : caller.CanBeCanceled ? new CallTerms(null, time, caller) : null;
    }

    /// <summary>What a failure means to the caller.</summary>
    public Exception Explain(Exception exception) => exception switch
    {
        not OperationCanceledException => exception,
        _ when _caller.IsCancellationRequested => new OperationCanceledException(_caller),
        _ when IsLate => new InferenceException(
            InferenceErrorCode.DeadlineExceeded, "The deadline passed before the model had answered: allow more time, or try again later."),
        _ => exception,
    };

    public void Dispose()
    {
        _any?.Dispose();
        _deadline?.Dispose();
    }
}
