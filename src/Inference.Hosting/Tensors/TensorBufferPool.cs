// SPDX-License-Identifier: Apache-2.0

using System.Buffers;

namespace Inference.Hosting.Tensors;

/// <summary>Rents byte buffers and counts them, so that a leak shows. Thread-safe.</summary>
internal sealed class TensorBufferPool
{
    private long _rented;
    private long _returned;

    /// <summary>Whether returned buffers are overwritten, so that whoever still reads one finds out. On in debug builds.</summary>
    public static bool Poison { get; set; }
#if DEBUG
        = true;
#endif

    /// <summary>Buffers handed out since the start.</summary>
    public long Rented => Interlocked.Read(ref _rented);

    /// <summary>Buffers given back.</summary>
    public long Returned => Interlocked.Read(ref _returned);

    /// <summary>A buffer of at least the given size, with any content.</summary>
    public byte[] Rent(int minimumLength)
    {
        Interlocked.Increment(ref _rented);
        return ArrayPool<byte>.Shared.Rent(minimumLength);
    }

    /// <summary>Takes back a rented buffer; exactly once.</summary>
    public void Return(byte[] buffer)
    {
        Spoil(buffer);
        Interlocked.Increment(ref _returned);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Overwrites what nobody may read any more, where that is switched on.</summary>
    public static void Spoil(Span<byte> buffer)
    {
        if (Poison)
        {
            buffer.Fill(0xDD);
        }
    }
}
