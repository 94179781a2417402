// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Queueing;

namespace Inference.Hosting.Backends;

/// <summary>Counts the calls under way and bounds their number. Thread-safe.</summary>
/// <param name="limit">Most calls at a time; asked for each call.</param>
internal sealed class StreamGate(Func<int> limit)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _emptied = NewSignal();
    private TaskCompletionSource _changed = NewSignal();
    private int _count;
    private bool _isClosed;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Completes once the gate is closed and the last call has left.</summary>
    public Task Emptied => _emptied.Task;

    /// <summary>Lets a call in, which must <see cref="Leave"/>; at the limit it waits or is refused, as its terms say.</summary>
    /// <exception cref="InferenceException">QueueFull, NotReady.</exception>
    /// <exception cref="OperationCanceledException">Its terms ran out.</exception>
    public async ValueTask EnterAsync(StreamTerms terms)
    {
        while (true)
        {
            terms.Token.ThrowIfCancellationRequested();
            var most = limit();
            Task changed;
            lock (_lock)
            {
                if (_isClosed)
                {
                    throw QueueFaults.Stopped();
                }

                if (_count < most)
                {
                    _count++;
                    return;
                }

                changed = _changed.Task;
            }

            if (!terms.MayWait)
            {
                throw new InferenceException(
                    InferenceErrorCode.QueueFull, $"The model has {most} calls under way, as many as it takes at a time: try again in 1000 ms.")
                {
                    RetryAfter = TimeSpan.FromSeconds(1),
                };
            }

            await changed.WaitAsync(terms.Token).ConfigureAwait(false);
        }
    }

    public void Leave()
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _count--;
            (changed, _changed) = (_changed, NewSignal());
            SignalEmpty();
        }

        changed.TrySetResult();
    }

    /// <summary>Lets nobody in any more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            SignalEmpty();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void SignalEmpty()
    {
        if (_isClosed && _count == 0)
        {
            _emptied.TrySetResult();
        }
    }
}
