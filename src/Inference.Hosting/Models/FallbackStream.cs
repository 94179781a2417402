// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Models;

/// <summary>A stream whose first item decides whether its model answers. Used by one reader.</summary>
internal sealed class FallbackStream<TItem> : IAsyncDisposable
{
    private readonly CancellationTokenSource _cut;
    private readonly Func<CancellationToken, IAsyncEnumerable<TItem>> _start;
    private IAsyncEnumerator<TItem>? _items;
    private Task<bool>? _pending;

    public FallbackStream(Func<CancellationToken, IAsyncEnumerable<TItem>> start, CancellationToken cancellationToken)
        => (_start, _cut) = (start, CancellationTokenSource.CreateLinkedTokenSource(cancellationToken));

    /// <summary>The model that answers, if it is another than was asked.</summary>
    public string? Model { get; set; }

    /// <summary>Whether <see cref="Current"/> is an item; false at the end.</summary>
    public bool HasCurrent { get; private set; }

    public TItem Current => _items!.Current;

    /// <summary>Waits for the first item.</summary>
    /// <param name="context">In which the stream begins.</param>
    /// <param name="budget">The longest wait; null for none.</param>
    /// <param name="time">Measures it.</param>
    /// <exception cref="InferenceException">DeadlineExceeded when the budget is spent; whatever the stream throws.</exception>
    public async ValueTask BeginAsync(InferenceContext context, TimeSpan? budget, TimeProvider time)
    {
        ValueTask<bool> first;
        using (InferenceContext.Use(context))
        {
            _items = _start(_cut.Token).GetAsyncEnumerator(_cut.Token);
            first = _items.MoveNextAsync();
        }

        if (budget is not { } most || first.IsCompleted)
        {
            HasCurrent = await first.ConfigureAwait(false);
            return;
        }

        _pending = first.AsTask();
        try
        {
            HasCurrent = await _pending.WaitAsync(most, time).ConfigureAwait(false);
            _pending = null;
        }
        catch (TimeoutException)
        {
            throw new InferenceException(InferenceErrorCode.DeadlineExceeded, "The model did not begin to answer in time: allow more time, or try again later.");
        }
    }

    public async ValueTask MoveNextAsync() => HasCurrent = await _items!.MoveNextAsync().ConfigureAwait(false);

    /// <summary>Ends the stream; never waits for one that has not begun to answer.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_pending is { IsCompleted: false })
        {
            await _cut.CancelAsync().ConfigureAwait(false);
            _ = EndAsync();
            return;
        }

        await EndAsync().ConfigureAwait(false);
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
            }

            if (_items is not null)
            {
                await _items.DisposeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _cut.Dispose();
        }
    }
}
