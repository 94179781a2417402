// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Models;

/// <summary>
/// One call whose caller is answered in time, whatever is called: a version stays held until the call has really ended, and what it gives
/// then is disposed.
/// </summary>
/// <remarks>Owns its terms.</remarks>
internal sealed partial class BoundedCall
{
    private readonly ModelVersion? _version;
    private readonly CallTerms _terms;
    private readonly ILogger _logger;

    /// <param name="terms">How long the caller waits.</param>
    /// <param name="logger">Hears what fails too late.</param>
    /// <param name="version">Held until the end; null when the call holds what it needs.</param>
    public BoundedCall(CallTerms terms, ILogger logger, ModelVersion? version = null)
    {
        (_version, _terms, _logger) = (version, terms, logger);
        version?.EnterAgain();
    }

    /// <summary>Cancelled when nobody waits any more.</summary>
    public CancellationToken Token => _terms.Token;

    /// <summary>Calls, and waits for as long as the terms allow.</summary>
    /// <exception cref="InferenceException">DeadlineExceeded; whatever the backend throws in time.</exception>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public async ValueTask<TResult> AnswerAsync<TState, TResult>(TState state, Func<TState, CancellationToken, ValueTask<TResult>> call)
    {
        Task<TResult>? pending = null;
        var isTaken = false;
        try
        {
            _terms.Token.ThrowIfCancellationRequested();
            pending = call(state, _terms.Token).AsTask();
            var result = await pending.WaitAsync(_terms.Token).ConfigureAwait(false);
            isTaken = true;
            return result;
        }
        catch (Exception exception)
        {
            throw _terms.Explain(exception);
        }
        finally
        {
            if (isTaken || pending is null)
            {
                End();
            }
            else
            {
                _ = ClearAsync(pending);
            }
        }
    }

    public Exception Explain(Exception exception) => _terms.Explain(exception);

    /// <summary>Nothing of the call runs any more.</summary>
    public void End()
    {
        _terms.Dispose();
        _version?.Exit();
    }

    /// <summary>Says what went wrong when nobody waited any more; that a call heeded its token is no failure.</summary>
    public void Failed(Exception exception)
    {
        if (_version is not null && exception is not OperationCanceledException && _terms.Token.IsCancellationRequested)
        {
            LogLateFailure(_version.Model, _version.Version, exception);
        }
    }

    private async Task ClearAsync<TResult>(Task<TResult> pending)
    {
        try
        {
            var result = await pending.ConfigureAwait(false);
            if (result is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                (result as IDisposable)?.Dispose();
            }
        }
        catch (Exception exception)
        {
            Failed(exception);
        }
        finally
        {
            End();
        }
    }

    [LoggerMessage(111, LogLevel.Warning, "Version {Version} of model {Model} failed on a call whose caller had gone.", EventName = "LateFailure")]
    private partial void LogLateFailure(string model, string version, Exception exception);
}
