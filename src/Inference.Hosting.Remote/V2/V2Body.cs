// SPDX-License-Identifier: Apache-2.0

using System.Buffers;

namespace Inference.Hosting.Remote.V2;

/// <summary>The body of a call in pooled memory, the one copy of the caller's tensors. Its length is known before it is written.</summary>
/// <param name="length">Bytes.</param>
internal sealed class V2Body(int length) : IBufferWriter<byte>, IDisposable
{
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(length);
    private int _written;

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _written);

    /// <summary>The bytes of JSON at its beginning, where it is not all JSON.</summary>
    public int? HeaderLength { get; init; }

    public void Advance(int count) => _written += count;

    public Memory<byte> GetMemory(int sizeHint = 0) => _buffer.AsMemory(_written);

    public Span<byte> GetSpan(int sizeHint = 0) => _buffer.AsSpan(_written);

    /// <summary>Gives the memory back, unless somebody may still be sending it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
