// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Queueing;

namespace Inference.Hosting.Text.Interop;

/// <summary>One call to a client. Used by one caller; its end never waits for a client that does not heed its token.</summary>
internal sealed class ClientCall : IAsyncDisposable
{
    // What a timer can wait for at most; a deadline further away is none.
    private static readonly TimeSpan _farAway = TimeSpan.FromDays(40);

    private readonly AdmissionLease _lease;
    private readonly CancellationToken _caller;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenSource? _deadline;
    private readonly CancellationTokenSource _any;
    private Task? _pending;
    private IAsyncDisposable? _stream;

    public ClientCall(AdmissionLease lease, TimeProvider time, CancellationToken stopping, CancellationToken caller)
    {
        (_lease, _caller, _stopping) = (lease, caller, stopping);
        if (InferenceContext.Current?.Deadline - time.GetUtcNow() is { } left && left < _farAway)
        {
            _deadline = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        }

        _any = CancellationTokenSource.CreateLinkedTokenSource(caller, stopping, _deadline?.Token ?? CancellationToken.None);
    }

    /// <summary>Cancelled when the call must end, for whichever reason.</summary>
    public CancellationToken Token => _any.Token;

    /// <summary>Does a part of the call.</summary>
    /// <exception cref="InferenceException">What the client's failure means to the caller.</exception>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public async ValueTask<TResult> RunAsync<TResult>(Func<CancellationToken, Task<TResult>> part)
    {
        try
        {
            var task = part(Token);
            _pending = task;
            return await task.WaitAsync(Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            throw Explain(exception);
        }
    }

    /// <summary>Ends a stream with the call.</summary>
    public TStream Own<TStream>(TStream stream)
        where TStream : IAsyncDisposable
    {
        _stream = stream;
        return stream;
    }

    /// <summary>Looks at an answer.</summary>
    /// <exception cref="InferenceException">As the look fails.</exception>
    public TResult Read<TSource, TResult>(TSource source, Func<TSource, TResult> read)
    {
        try
        {
            return read(source);
        }
        catch
        {
            _lease.Fail();
            throw;
        }
    }

    public void Succeed() => _lease.Succeed();

    public ValueTask DisposeAsync()
    {
        var end = EndAsync();
        return _pending is { IsCompleted: false } ? ValueTask.CompletedTask : new(end);
    }

    private Exception Explain(Exception exception)
    {
        if (_caller.IsCancellationRequested && exception is OperationCanceledException)
        {
            return new OperationCanceledException(_caller);
        }

        _lease.Fail();
        return exception switch
        {
            InferenceException known => known,
            OperationCanceledException when _deadline is { IsCancellationRequested: true } => Late("The deadline passed before the model had answered"),
            OperationCanceledException when _stopping.IsCancellationRequested => new InferenceException(
                InferenceErrorCode.NotReady, "The version was unloaded before it could answer. Try again."),
            TimeoutException or OperationCanceledException { InnerException: TimeoutException } => Late("The client behind the model gave up waiting for its answer"),

            // Texts of foreign exceptions may hold addresses, keys and prompts: the log has them, callers get the kind.
            _ => new InferenceException(
                InferenceErrorCode.EngineFailed, $"The client behind the model failed with {exception.GetType().Name}; the server's log says more. Try again.", exception),
        };

        InferenceException Late(string what) => new(
            InferenceErrorCode.DeadlineExceeded, $"{what}: allow more time, or try again later.", exception);
    }

    // The place at the gate is held until nothing of the client runs any more.
    private async Task EndAsync()
    {
        try
        {
            if (_pending is { } pending)
            {
                await pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (_stream is { } stream)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // The caller has its answer, or its reason; how a client cleans up is no news to it.
        }
        finally
        {
            _lease.Dispose();
            _any.Dispose();
            _deadline?.Dispose();
        }
    }
}
