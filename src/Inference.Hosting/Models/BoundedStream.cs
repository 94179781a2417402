// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Models;

/// <summary>A stream of a backend that keeps no deadlines of its own: each wait for an item ends in time, and so does leaving it.</summary>
/// <param name="start">Begins the stream.</param>
/// <param name="call">What the stream belongs to; ended here, when nothing of the backend runs any more.</param>
internal sealed class BoundedStream<TItem>(Func<CancellationToken, IAsyncEnumerable<TItem>> start, BoundedCall call) : IAsyncEnumerator<TItem>
{
    private IAsyncEnumerator<TItem>? _items;
    private Task<bool>? _pending;

    public TItem Current => _items!.Current;

    public async ValueTask<bool> MoveNextAsync()
    {
        try
        {
            if (_items is null)
            {
                call.Token.ThrowIfCancellationRequested();
                _items = start(call.Token).GetAsyncEnumerator(call.Token);
            }

            var next = _items.MoveNextAsync();
            if (next.IsCompleted)
            {
                return await next.ConfigureAwait(false);
            }

            _pending = next.AsTask();
            var hasNext = await _pending.WaitAsync(call.Token).ConfigureAwait(false);
            _pending = null;
            return hasNext;
        }
        catch (Exception exception)
        {
            throw call.Explain(exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        var end = EndAsync();
        try
        {
            if (_pending is not { IsCompleted: false })
            {
                await end.WaitAsync(call.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The backend takes its time to end; its reader need not.
        }
    }

    private async Task EndAsync()
    {
        try
        {
            if (_pending is not null)
            {
                await ((Task)_pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (_pending is { IsCompletedSuccessfully: true, Result: true })
                {
                    (Current as IDisposable)?.Dispose();
                }
                else if (_pending.Exception?.InnerException is { } late)
                {
                    call.Failed(late);
                }
            }

            if (_items is not null)
            {
                await _items.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            call.Failed(exception);
        }
        finally
        {
            call.End();
        }
    }
}
