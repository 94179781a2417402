// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using Inference.Hosting.AspNetCore.V2;
using Inference.Hosting.Grpc.Wire;
using Microsoft.Extensions.ObjectPool;

namespace Inference.Hosting.Grpc.Calls;

/// <summary>One ModelInferRequest as it came, the request that is read from it, and the answer to write. Pooled; one owner at a time.</summary>
/// <remarks>The message is copied once, out of the server's buffers; raw tensors are views of that copy until they are in a batch.</remarks>
internal sealed class InferMessage(ObjectPool<InferMessage> pool, V2Request request) : IDisposable
{
    private byte[] _buffer = [];
    private int _length;

    /// <summary>The request, once <see cref="InferMessageReader.Read"/> has filled it.</summary>
    public V2Request Request { get; } = request;

    /// <summary>The answer, for one at a time.</summary>
    public InferAnswer Answer { get; } = new();

    public string ModelName { get; set; } = "";

    /// <summary>Null for the default version.</summary>
    public string? ModelVersion { get; set; }

    /// <summary>The caller's own id; known, for the answer, also where the request could not be read.</summary>
    public string? Id { get; set; }

    public List<WireRange> Inputs { get; } = [];

    public List<WireRange> RawInputs { get; } = [];

    /// <summary>Whether the model may answer several times, or not at all.</summary>
    public bool IsDecoupled { get; set; }

    /// <summary>Whether tensors came in typed contents, so that the answer's do too.</summary>
    public bool IsTyped { get; set; }

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    public void Receive(ReadOnlySequence<byte> message)
    {
        _length = (int)message.Length;
        _buffer = ArrayPool<byte>.Shared.Rent(_length);
        message.CopyTo(_buffer);
    }

    public ReadOnlySpan<byte> Slice(WireRange range) => _buffer.AsSpan(range.Start, range.Length);

    /// <summary>Gives back all memory, that of the answer included.</summary>
    public void Dispose()
    {
        Answer.Clear();
        Request.Dispose();
        Inputs.Clear();
        RawInputs.Clear();
        (ModelName, ModelVersion, Id, IsTyped, IsDecoupled) = ("", null, null, false, false);
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        (_buffer, _length) = ([], 0);
        pool.Return(this);
    }
}
