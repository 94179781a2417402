// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>Request objects of one queue, reused. Thread-safe.</summary>
internal sealed class RequestPool(BatchQueue queue)
{
    private const int Largest = 4096;

    private readonly Lock _lock = new();
    private PendingRequest[] _free = new PendingRequest[64];
    private int _count;

    public PendingRequest Rent()
    {
        lock (_lock)
        {
            if (_count > 0)
            {
                return _free[--_count];
            }
        }

        return new PendingRequest(queue);
    }

    public void Return(PendingRequest pending)
    {
        lock (_lock)
        {
            if (_count == _free.Length && _count < Largest)
            {
                Array.Resize(ref _free, _count * 2);
            }

            if (_count < _free.Length)
            {
                _free[_count++] = pending;
            }
        }
    }
}
