// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.OnnxRuntime.Binding;

/// <summary>
/// Keeps misuse away from native code, where it would end the process: use after disposal, use by two threads, disposal during a run.
/// Thread-safe.
/// </summary>
internal sealed class UseGuard(Type owner)
{
    private const int Idle = 0;
    private const int Busy = 1;
    private const int Disposed = 2;
    private const int DisposedWhileBusy = 3;

    private int _state;

    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another thread is using it.</exception>
    public void Enter()
    {
        var state = Interlocked.CompareExchange(ref _state, Busy, Idle);
        if (state == Busy)
        {
            throw new InvalidOperationException($"{owner.Name} must not be used by two threads at the same time.");
        }

        ObjectDisposedException.ThrowIf(state != Idle, owner);
    }

    /// <returns>Whether it was disposed meanwhile, so that the caller has to free it now.</returns>
    public bool Exit()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Busy) != DisposedWhileBusy)
        {
            return false;
        }

        _state = Disposed;
        return true;
    }

    /// <returns>Whether the caller has to free it now; otherwise it was disposed before, or a run under way will free it.</returns>
    public bool Close()
    {
        // A run may begin or end between two looks at the state.
        while (true)
        {
            var state = Interlocked.CompareExchange(ref _state, Disposed, Idle);
            if (state == Idle)
            {
                return true;
            }

            if (state >= Disposed || Interlocked.CompareExchange(ref _state, DisposedWhileBusy, Busy) == Busy)
            {
                return false;
            }
        }
    }

    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _state) >= Disposed, owner);
}
