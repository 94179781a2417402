// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using Inference.Hosting.Remote.Servers;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>A pooled window over the body of an answer: filled at its end, emptied at its start. Used by one reader.</summary>
internal sealed class ReadBuffer(int size) : IDisposable
{
    /// <summary>The longest event, or JSON text, that is held.</summary>
    private const int MaxSize = 64 << 20;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(size);
    private int _start;
    private int _end;

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(_start, _end - _start);

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(_start, _end - _start);

    public int Length => _end - _start;

    /// <summary>Reads more.</summary>
    /// <returns>False at the end of the body.</returns>
    /// <exception cref="InferenceException">EngineFailed: too much is held already; and as the answer.</exception>
    public async ValueTask<bool> FillAsync(RemoteAnswer answer)
    {
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }
        else if (_end == _bytes.Length)
        {
            MakeRoom();
        }

        var count = await answer.ReadAsync(_bytes.AsMemory(_end)).ConfigureAwait(false);
        _end += count;
        return count > 0;
    }

    public void Consume(int count) => _start += count;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private void MakeRoom()
    {
        var length = Length;
        if (length > MaxSize)
        {
            throw new InferenceException(
                InferenceErrorCode.EngineFailed, $"The server behind the model sent a piece of more than {MaxSize} bytes: ask for less at once.");
        }

        var bytes = length > _bytes.Length / 2 ? ArrayPool<byte>.Shared.Rent(_bytes.Length * 2) : _bytes;
        _bytes.AsSpan(_start, length).CopyTo(bytes);
        if (!ReferenceEquals(bytes, _bytes))
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = bytes;
        }

        (_start, _end) = (0, length);
    }
}
