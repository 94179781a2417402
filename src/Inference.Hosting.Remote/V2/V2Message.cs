// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Remote.V2;

/// <summary>An answer of a V2 server and the pooled memory that its outputs are views of.</summary>
internal sealed class V2Message : IDisposable
{
    private static long _rented;

    private byte[]? _first;
    private List<byte[]>? _others;

    /// <summary>Buffers that are out now, of all messages, so that a leak shows.</summary>
    public static long Rented => Interlocked.Read(ref _rented);

    /// <summary>What the server sent.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>As the server named and ordered them.</summary>
    public TensorCollection Outputs { get; } = [];

    /// <summary>Whether it is the last message for the request.</summary>
    public bool IsFinal { get; set; }

    /// <summary>What a stream says instead of an answer.</summary>
    public string? Error { get; set; }

    /// <summary>Memory of exactly the given length, which goes back when the message is disposed.</summary>
    public Memory<byte> Rent(int length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        Interlocked.Increment(ref _rented);
        if (_first is null)
        {
            _first = buffer;
        }
        else
        {
            (_others ??= []).Add(buffer);
        }

        return buffer.AsMemory(0, length);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _first, null) is { } first)
        {
            Return(first);
            _others?.ForEach(Return);
            _others = null;
        }
    }

    private static void Return(byte[] buffer)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        Interlocked.Decrement(ref _rented);
    }
}
