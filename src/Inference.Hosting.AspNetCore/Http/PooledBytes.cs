// SPDX-License-Identifier: Apache-2.0

using System.Buffers;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>A growing byte buffer in pooled memory. Grows with what arrives, never with what a caller claims. Not thread-safe.</summary>
internal sealed class PooledBytes : IDisposable
{
    private const int FirstSize = 4096;

    private byte[] _array = [];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Memory => _array.AsMemory(0, Length);

    public Span<byte> Span => _array.AsSpan(0, Length);

    /// <summary>Room behind what is there; <see cref="Advance"/> makes it part of it.</summary>
    public Span<byte> GetSpan(int atLeast)
    {
        if (_array.Length - Length < atLeast)
        {
            Grow(atLeast);
        }

        return _array.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Length += bytes.Length;
    }

    public void Append(ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            Append(segment.Span);
        }
    }

    public void Clear() => Length = 0;

    /// <summary>Gives the memory back; the object can be used again.</summary>
    public void Dispose()
    {
        var array = _array;
        (_array, Length) = ([], 0);
        if (array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }

    private void Grow(int atLeast)
    {
        var size = (int)Math.Min(Math.Max((long)Length + atLeast, Math.Max(FirstSize, 2L * _array.Length)), Array.MaxLength);
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(size, checked(Length + atLeast)));
        Span.CopyTo(larger);
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }

        _array = larger;
    }
}
