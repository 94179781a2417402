// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>Where calls with tensors enter the queue.</summary>
internal sealed class RequestDoor
{
    private readonly BatchQueue _queue;
    private readonly RequestAnalyzer _analyzer;
    private readonly CallPool<PendingRequest> _pool;

    public RequestDoor(BatchQueue queue, RequestAnalyzer analyzer, ResponsePool responses)
    {
        (_queue, _analyzer, Responses) = (queue, analyzer, responses);
        _pool = new CallPool<PendingRequest>(pool => new PendingRequest(queue, pool));
    }

    public ResponsePool Responses { get; }

    /// <summary>Step 2 of a request: validated, queued, awaited.</summary>
    public ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<InferenceResponse>(cancellationToken);
        }

        var settings = _queue.Settings;
        RequestLayout layout;
        try
        {
            layout = _analyzer.Analyze(request, settings.MaxLength ?? int.MaxValue);
        }
        catch (InferenceException exception)
        {
            return ValueTask.FromException<InferenceResponse>(exception);
        }

        if (layout.Rows == 0)
        {
            return new(new InferenceResponse(Responses.RentEmpty(layout)));
        }

        var pending = _pool.Rent();
        pending.Begin(request, layout);
        var now = _queue.Clock.Now;
        var refusal = _queue.ApplyTerms(pending, request, settings, now) ?? _queue.Enter(pending, settings, now);
        if (refusal is not null)
        {
            pending.Recycle();
            return ValueTask.FromException<InferenceResponse>(refusal);
        }

        var task = pending.Task;
        if (cancellationToken.CanBeCanceled)
        {
            pending.Watch(cancellationToken);
        }

        return task;
    }
}
