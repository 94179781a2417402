// SPDX-License-Identifier: Apache-2.0

using System.Buffers;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>A growing byte buffer in pooled memory. Grows with what arrives, not with what a caller claims. Not thread-safe.</summary>
internal sealed class PooledBytes : IDisposable
{
    private const int FirstSize = 4096;

    // How much larger than what has arrived the buffer may be because of what the caller claims.
    private const int Trust = 8;

    // Up to this size Clear keeps the memory: under load there are more small tensors than the pool holds of one size.
    private const int KeptSize = 16 << 10;

    private byte[] _array = [];
    private long _expected;

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Memory => _array.AsMemory(0, Length);

    public Span<byte> Span => _array.AsSpan(0, Length);

    /// <summary>How many bytes will come, if the caller tells the truth: saves copies once an eighth of them is there.</summary>
    public void Expect(long length) => _expected = length;

    /// <summary>Room behind what is there; <see cref="Advance"/> makes it part of it.</summary>
    public Span<byte> GetSpan(int atLeast)
    {
        if (_array.Length - Length < atLeast)
        {
            Grow(atLeast);
        }

        return _array.AsSpan(Length);
    }

    /// <inheritdoc cref="GetSpan"/>
    public Memory<byte> GetMemory(int atLeast)
    {
        _ = GetSpan(atLeast);
        return _array.AsMemory(Length);
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

    /// <summary>Empties the buffer; memory of some size goes back.</summary>
    public void Clear()
    {
        if (_array.Length > KeptSize)
        {
            Dispose();
        }

        (Length, _expected) = (0, 0);
    }

    /// <summary>Gives the memory back; the object can be used again.</summary>
    public void Dispose()
    {
        var array = _array;
        (_array, Length, _expected) = ([], 0, 0);
        if (array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }

    private void Grow(int atLeast)
    {
        var needed = (long)Length + atLeast;
        var size = Math.Max(needed, Math.Max(FirstSize, 2L * _array.Length));
        if (needed <= _expected && needed * Trust >= _expected)
        {
            size = _expected;
        }

        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(size, Math.Max(needed, Array.MaxLength)));
        Span.CopyTo(larger);
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }

        _array = larger;
    }
}
