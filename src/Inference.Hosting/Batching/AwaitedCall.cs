// SPDX-License-Identifier: Apache-2.0

using System.Threading.Tasks.Sources;
using Inference.Hosting.Queueing;

namespace Inference.Hosting.Batching;

/// <summary>A call whose caller awaits it, once.</summary>
/// <typeparam name="TResult">What the caller gets.</typeparam>
internal abstract class AwaitedCall<TResult>(BatchQueue queue) : PendingCall(queue), IValueTaskSource<TResult>
{
    private ManualResetValueTaskSourceCore<TResult> _source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private int _isFetched;

    public ValueTask<TResult> Task => new(this, _source.Version);

    /// <summary>The caller's own.</summary>
    protected CancellationToken Token { get; private set; }

    /// <summary>
    /// After it was queued and outside of the lock: refusals pay nothing, and a token that is cancelled already calls back at once.
    /// </summary>
    public void Watch(CancellationToken token)
    {
        Token = token;
        _registration = token.UnsafeRegister(
            static state =>
            {
                var call = (AwaitedCall<TResult>)state!;
                call.Queue.Leave(call, ItemOutcome.Cancelled);
            },
            this);
    }

    public override void Recycle()
    {
        base.Recycle();
        (Token, _registration) = (default, default);
        _source.Reset();
    }

    public virtual TResult GetResult(short token)
    {
        if (token != _source.Version || Interlocked.Exchange(ref _isFetched, 1) != 0)
        {
            throw new InvalidOperationException("The result of an inference call was fetched already: await it once.");
        }

        // Dispose, not Unregister: a callback that runs elsewhere must be over before the object serves somebody else.
        _registration.Dispose();
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            Release();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _source.OnCompleted(continuation, state, token, flags);

    protected void BeginAwaited()
    {
        BeginCall();
        _isFetched = 0;
    }

    protected void Complete(TResult result) => _source.SetResult(result);

    protected void Fail(Exception exception) => _source.SetException(exception);
}
