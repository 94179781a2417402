// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;

namespace Inference.Hosting.Batching;

/// <summary>An auto-reset signal that one instance awaits, without a thread and without memory; it goes on in the thread pool.</summary>
internal sealed class PoolSignal : ICriticalNotifyCompletion, IThreadPoolWorkItem
{
    private static readonly Action _isSet = static () => { };

    // Null while nobody waits and nothing was signalled.
    private Action? _state;
    private Action? _next;

    public bool IsCompleted => Interlocked.CompareExchange(ref _state, null, _isSet) == _isSet;

    public PoolSignal GetAwaiter() => this;

    public void GetResult()
    {
        // Nothing: the signal carries no value.
    }

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation)
    {
        if (Interlocked.CompareExchange(ref _state, continuation, null) == _isSet)
        {
            // Signalled since it was asked.
            Volatile.Write(ref _state, null);
            GoOn(continuation);
        }
    }

    /// <summary>Lets whoever waits, or waits next, go on. Thread-safe.</summary>
    public void Set()
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if (state == _isSet)
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _state, state is null ? _isSet : null, state) == state)
            {
                if (state is not null)
                {
                    GoOn(state);
                }

                return;
            }
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        var next = _next!;
        _next = null;
        next();
    }

    private void GoOn(Action continuation)
    {
        _next = continuation;
        // Behind what is ready to run in the pool: callers that were answered together come back before the next batch is chosen.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
