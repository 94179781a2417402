// SPDX-License-Identifier: Apache-2.0

using Grpc.Core;
using Inference.Hosting.AspNetCore.V2;
using Inference.Hosting.Grpc.Services;

namespace Inference.Hosting.Grpc.Calls;

/// <summary>One request of a stream: begun when it arrives, its answers read when its turn has come. Owns its message.</summary>
internal sealed class InferStreamItem(
    InferenceService service, InferMessage message, ServerCallContext context, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly IAsyncEnumerator<V2Answer> _answers = service.StreamAsync(message, context, cancellationToken).GetAsyncEnumerator(cancellationToken);
    private Task<bool> _next = Task.FromResult(false);
    private bool _isTaken = true;

    public InferMessage Message => message;

    /// <summary>The present answer, the taker's to dispose.</summary>
    public V2Answer Current
    {
        get
        {
            _isTaken = true;
            return _answers.Current;
        }
    }

    /// <summary>Why there are no more answers; null when that was all.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Begins to work on the request.</summary>
    public void Begin() => _next = StepAsync();

    /// <summary>Waits for the next answer; it is made from now on, but for the first.</summary>
    public async Task<bool> MoveNextAsync()
    {
        if (_isTaken && _next.IsCompletedSuccessfully && _next.Result)
        {
            _next = StepAsync();
        }

        return await _next;
    }

    public async ValueTask DisposeAsync()
    {
        if (await _next && !_isTaken)
        {
            _answers.Current.Dispose();
        }

        await _answers.DisposeAsync();
        message.Dispose();
    }

    private async Task<bool> StepAsync()
    {
        try
        {
            _isTaken = false;
            return await _answers.MoveNextAsync();
        }
        catch (Exception exception)
        {
            Failure = exception;
            return false;
        }
    }
}
