// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Inference.Hosting.Queueing;

namespace Inference.Hosting.Batching;

/// <summary>A call with tensors.</summary>
internal sealed class PendingRequest(BatchQueue queue, CallPool<PendingRequest> pool) : AwaitedCall<InferenceResponse>(queue)
{
    public InferenceRequest Request { get; private set; } = null!;

    public RequestLayout Layout { get; private set; }

    /// <summary>Where outputs go; rented with the first part, since queued work holds no memory for them.</summary>
    public PooledResponse? Response { get; set; }

    public override int RetryHash => Request.Id?.GetHashCode() ?? 0;

    public void Begin(InferenceRequest request, in RequestLayout layout)
    {
        (Request, Layout) = (request, layout);
        (Rows, Length, Bytes, Key) = (layout.Rows, layout.Length, layout.Bytes, layout.Key);
        BeginAwaited();
    }

    public override void Answer(string version)
    {
        if (Outcome == ItemOutcome.Ok)
        {
            Publish(version);
        }
        else
        {
            Fail(Failure(Token));
        }
    }

    public override void Recycle()
    {
        // Where nobody got the outputs.
        Response?.Return();
        (Request, Layout, Response) = (null!, default, null);
        base.Recycle();
        pool.Return(this);
    }

    private void Publish(string version)
    {
        try
        {
            var response = Response!;
            response.Complete();
            response.Timing = Timing(version);
            Response = null;
            Complete(new InferenceResponse(response));
        }
        catch (EngineException exception)
        {
            Fail(Refusals.Failed(exception));
        }
    }
}
