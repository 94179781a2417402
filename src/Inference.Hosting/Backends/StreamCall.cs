// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Backends;

/// <summary>One call of a streaming function. Used by one reader at a time; ended by disposal, which never waits for a function that does not heed its token.</summary>
internal sealed partial class StreamCall(
    Func<InferenceRequest, CancellationToken, IAsyncEnumerable<InferenceResponse>> function,
    InferenceRequest request,
    StreamTerms terms,
    StreamGate gate,
    StreamStatistics statistics,
    ILogger logger) : IAsyncDisposable
{
    private readonly ILogger _logger = logger;
    private readonly long _started = statistics.Time.GetTimestamp();
    private IAsyncEnumerator<InferenceResponse>? _answers;
    private Task<bool>? _pending;
    private long _asked;
    private Outcome _outcome;

    private enum Outcome
    {
        Left,
        Succeeded,
        Failed,
    }

    public InferenceResponse Current => _answers!.Current;

    /// <summary>Asks for the next answer.</summary>
    /// <exception cref="InferenceException">DeadlineExceeded, NotReady, EngineFailed, or what the function threw of its own.</exception>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public async ValueTask<bool> MoveNextAsync()
    {
        _asked = statistics.Time.GetTimestamp();
        try
        {
            _answers ??= function(request, terms.Token).GetAsyncEnumerator(terms.Token);
            var next = _answers.MoveNextAsync();
            if (next.IsCompleted)
            {
                return await next.ConfigureAwait(false);
            }

            _pending = next.AsTask();
            var hasNext = await _pending.WaitAsync(terms.Token).ConfigureAwait(false);
            _pending = null;
            return hasNext;
        }
        catch (Exception exception)
        {
            var explained = terms.Explain(exception);
            if (explained is InferenceException { Code: InferenceErrorCode.EngineFailed, InnerException: { } cause })
            {
                Failed(cause);
            }

            throw Fail(explained);
        }
    }

    /// <summary>The present answer, checked.</summary>
    /// <exception cref="InferenceException">EngineFailed.</exception>
    public InferenceResponse Take(StreamAnswers answers, OutputSelection wanted)
    {
        try
        {
            return answers.Take(Current, wanted, statistics.Time.GetElapsedTime(_asked));
        }
        catch (InferenceException exception)
        {
            throw Fail(exception);
        }
    }

    public void Succeed() => _outcome = Outcome.Succeeded;

    /// <summary>Counts the call as failed, or as left when that is why.</summary>
    public Exception Fail(Exception exception)
    {
        _outcome = exception is OperationCanceledException ? Outcome.Left : Outcome.Failed;
        return exception;
    }

    public ValueTask DisposeAsync()
    {
        var duration = statistics.Time.GetElapsedTime(_started);
        switch (_outcome)
        {
            case Outcome.Succeeded:
                statistics.CountSuccess(duration);
                break;
            case Outcome.Failed:
                statistics.CountFailure(duration);
                break;
            default:
                statistics.CountCancelled(duration);
                break;
        }

        var end = EndAsync();
        return _pending is { IsCompleted: false } ? ValueTask.CompletedTask : new(end);
    }

    // The place at the gate is held until nothing of the function runs any more.
    private async Task EndAsync()
    {
        try
        {
            if (_pending is not null)
            {
                await ((Task)_pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (_pending is { IsCompletedSuccessfully: true, Result: true })
                {
                    Current.Dispose();
                }
            }

            if (_answers is not null)
            {
                await _answers.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            Failed(exception);
        }
        finally
        {
            terms.Dispose();
            gate.Leave();
        }
    }

    [LoggerMessage(312, LogLevel.Error, "A streaming function failed.", EventName = "StreamFunctionFailed")]
    private partial void Failed(Exception exception);
}
