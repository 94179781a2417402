// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Threading.Tasks.Sources;
using Inference.Hosting.Engines;
using Inference.Hosting.Queueing;

namespace Inference.Hosting.Batching;

/// <summary>One call on its way: what the caller awaits and what the queue holds. Pooled.</summary>
/// <remarks>
/// Two references keep it from being reused too early: the caller's, let go when the result is fetched, and the queue's, let go when nothing
/// of it waits or runs. A caller that left while its rows run would otherwise see the object serve somebody else under the running batch.
/// </remarks>
internal sealed class PendingRequest : QueueItem, IValueTaskSource<InferenceResponse>
{
    private readonly BatchQueue _queue;
    private ManualResetValueTaskSourceCore<InferenceResponse> _source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private int _references;
    private int _isFetched;

    public PendingRequest(BatchQueue queue) => _queue = queue;

    public InferenceRequest Request { get; private set; } = null!;

    public RequestLayout Layout { get; private set; }

    /// <summary>Where outputs go; rented with the first part, since queued work holds no memory for them.</summary>
    public PooledResponse? Response { get; set; }

    /// <summary>The device that computed its last part.</summary>
    public string? Device { get; set; }

    /// <summary>The caller's activity, when somebody listens.</summary>
    public ActivityContext Parent { get; set; }

    public ValueTask<InferenceResponse> Task => new(this, _source.Version);

    public void Begin(InferenceRequest request, in RequestLayout layout)
    {
        (Request, Layout) = (request, layout);
        (Rows, Length, Bytes, Key) = (layout.Rows, layout.Length, layout.Bytes, layout.Key);
        _references = 2;
        _isFetched = 0;
    }

    /// <summary>
    /// After it was queued and outside of the lock: refusals pay nothing, and a token that is cancelled already calls back at once.
    /// </summary>
    public void Watch(CancellationToken token)
    {
        _token = token;
        _registration = token.UnsafeRegister(
            static state =>
            {
                var pending = (PendingRequest)state!;
                pending._queue.Leave(pending, ItemOutcome.Cancelled);
            },
            this);
    }

    /// <summary>Answers the caller. Called once, by whoever decided the outcome, outside of the lock.</summary>
    public void Answer(string version)
    {
        switch (Outcome)
        {
            case ItemOutcome.Ok:
                Publish(version);
                break;
            case ItemOutcome.Cancelled:
                _source.SetException(new OperationCanceledException(_token));
                break;
            case ItemOutcome.Expired:
                _source.SetException(QueueFaults.Expired(this));
                break;
            default:
                _source.SetException(Refusals.Failed(Error!));
                break;
        }
    }

    /// <summary>Lets one reference go; the last one recycles.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            // Nobody got the outputs.
            Response?.Return();
            Recycle();
        }
    }

    /// <summary>It was refused: nobody else has seen it.</summary>
    public void Recycle()
    {
        ResetItem();
        (Request, Layout, Response, Device, Parent) = (null!, default, null, null, default);
        (_token, _registration) = (default, default);
        _source.Reset();
        _queue.Return(this);
    }

    public InferenceResponse GetResult(short token)
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

    private void Publish(string version)
    {
        try
        {
            var response = Response!;
            response.Complete();
            response.Timing = new InferenceTiming
            {
                Version = version,
                Queue = TimeSpan.FromTicks((LastTaken - Arrival) / 100),
                Compute = TimeSpan.FromTicks((Ended - FirstTaken) / 100),
                BatchSize = BatchSize,
                CloseReason = CloseReason,
                Device = Device,
            };
            Response = null;
            _source.SetResult(new InferenceResponse(response));
        }
        catch (EngineException exception)
        {
            _source.SetException(Refusals.Failed(exception));
        }
    }
}
