// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;

namespace Inference.Hosting.OnnxRuntime.Binding;

/// <summary>Native memory, aligned for vector instructions, that grows and never shrinks. Owned by one instance and freed with it.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const int Alignment = 64;
    private byte* _memory;

    public nint Address => (nint)_memory;

    public long Capacity { get; private set; }

    /// <summary>Makes room, a little more than asked for so that growing sizes do not move it each time. The content is lost when it moves.</summary>
    /// <returns>Whether the address changed, so that values over the old one must go.</returns>
    /// <exception cref="OutOfMemoryException">There is no such room.</exception>
    public bool Reserve(long bytes)
    {
        if (bytes <= Capacity && _memory is not null)
        {
            return false;
        }

        var capacity = Math.Max(bytes, Math.Min(Capacity + (Capacity / 2), Capacity + (64 << 20)));
        capacity = (Math.Max(capacity, Alignment) + Alignment - 1) & ~(long)(Alignment - 1);
        Dispose();
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)capacity, Alignment);
        Capacity = capacity;
        return true;
    }

    public Span<byte> AsSpan(int length) => new(_memory, length);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        Capacity = 0;
    }
}
