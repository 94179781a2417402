// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO.Pipelines;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>Holds what is to be sent in pooled chunks of moderate size, so that no answer is one large array. Not thread-safe.</summary>
internal sealed class ChunkedBuffer : IBufferWriter<byte>, IDisposable
{
    private const int ChunkSize = 32 << 10;

    private readonly List<(byte[] Array, int Length)> _full = [];
    private byte[] _chunk = [];
    private int _used;
    private long _fullLength;

    /// <summary>Bytes held.</summary>
    public long Length => _fullLength + _used;

    public void Advance(int count) => _used += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _chunk.AsMemory(_used);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _chunk.AsSpan(_used);
    }

    /// <summary>Copies all that is held to a writer, which is not flushed, and lets it go.</summary>
    public void MoveTo(PipeWriter writer)
    {
        foreach (var (array, length) in _full)
        {
            BuffersExtensions.Write(writer, array.AsSpan(0, length));
        }

        BuffersExtensions.Write(writer, _chunk.AsSpan(0, _used));
        Dispose();
    }

    /// <summary>Sends all that is held and lets it go.</summary>
    public async ValueTask SendAsync(PipeWriter writer, CancellationToken cancellationToken)
    {
        MoveTo(writer);
        await writer.FlushAsync(cancellationToken);
    }

    /// <summary>Gives the memory back; the object can be used again.</summary>
    public void Dispose()
    {
        foreach (var (array, _) in _full)
        {
            ArrayPool<byte>.Shared.Return(array);
        }

        if (_chunk.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_chunk);
        }

        _full.Clear();
        (_chunk, _used, _fullLength) = ([], 0, 0);
    }

    private void Reserve(int size)
    {
        if (_chunk.Length - _used >= Math.Max(size, 1))
        {
            return;
        }

        if (_used > 0)
        {
            _full.Add((_chunk, _used));
            _fullLength += _used;
        }
        else if (_chunk.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_chunk);
        }

        _chunk = ArrayPool<byte>.Shared.Rent(Math.Max(size, ChunkSize));
        _used = 0;
    }
}
