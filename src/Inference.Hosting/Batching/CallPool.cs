// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>Call objects of one queue, reused. Thread-safe.</summary>
/// <param name="create">Makes one more; gets the pool that it goes back to.</param>
internal sealed class CallPool<TCall>(Func<CallPool<TCall>, TCall> create)
    where TCall : PendingCall
{
    private const int Largest = 4096;

    private readonly Lock _lock = new();
    private TCall[] _free = new TCall[64];
    private int _count;

    public TCall Rent()
    {
        lock (_lock)
        {
            if (_count > 0)
            {
                return _free[--_count];
            }
        }

        return create(this);
    }

    public void Return(TCall call)
    {
        lock (_lock)
        {
            if (_count == _free.Length && _count < Largest)
            {
                Array.Resize(ref _free, _count * 2);
            }

            if (_count < _free.Length)
            {
                _free[_count++] = call;
            }
        }
    }
}
