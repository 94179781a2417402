// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Remote.Servers;

/// <summary>How long one call may go on: until its caller leaves, its deadline passes, its server is silent for too long, or its version is disposed.</summary>
internal sealed class CallTerms : IDisposable
{
    // What a timer can wait for at most; a deadline further away is none.
    private static readonly TimeSpan _farAway = TimeSpan.FromDays(40);

    private readonly CancellationToken _caller;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenSource? _deadline;
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _any;
    private CancellationToken _reader;

    public CallTerms(InferenceRequest? request, TimeProvider time, CancellationToken stopping, CancellationToken caller)
    {
        (_caller, _stopping) = (caller, stopping);
        _silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        if ((request?.Deadline ?? InferenceContext.Current?.Deadline) - time.GetUtcNow() is { } left && left < _farAway)
        {
            _deadline = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        }

        _any = CancellationTokenSource.CreateLinkedTokenSource([caller, stopping, _silence.Token, _deadline?.Token ?? default]);
    }

    /// <summary>Cancelled when the call must end, for whichever reason.</summary>
    public CancellationToken Token => _any.Token;

    /// <summary>What the server does next must happen within this.</summary>
    public void Within(TimeSpan silence) => _silence.CancelAfter(silence);

    /// <summary>The server has done it; whatever takes long now is not its fault.</summary>
    public void Rest() => _silence.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>A second caller, who may leave as the first one may.</summary>
    public CancellationTokenRegistration EndWith(CancellationToken cancellationToken)
    {
        _reader = cancellationToken;
        return cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _any);
    }

    /// <summary>What a failure means to the caller.</summary>
    public Exception Explain(Exception exception) => exception switch
    {
        InferenceException => exception,
        _ when _caller.IsCancellationRequested => new OperationCanceledException(_caller),
        _ when _deadline is { IsCancellationRequested: true } => new InferenceException(
            InferenceErrorCode.DeadlineExceeded, "The deadline passed before the server behind the model had answered: allow more time, or try again later."),
        _ when _reader.IsCancellationRequested => new OperationCanceledException(_reader),
        _ when _silence.IsCancellationRequested => new InferenceException(
            InferenceErrorCode.DeadlineExceeded, "The server behind the model was silent for too long: try again later."),
        _ when _stopping.IsCancellationRequested => new InferenceException(
            InferenceErrorCode.NotReady, "The model is being unloaded: try again, or another version.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        },
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError } => new InferenceException(
            InferenceErrorCode.NotReady, "The server behind the model cannot be reached: try again later.", exception)
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        },
        _ => new InferenceException(
            InferenceErrorCode.EngineFailed, "The server behind the model broke off before its answer was complete: try again.", exception),
    };

    public void Dispose()
    {
        _any.Dispose();
        _silence.Dispose();
        _deadline?.Dispose();
    }
}
