// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>One input while it is read. Reused from request to request; owns the memory of the tensor. Not thread-safe.</summary>
public sealed class V2Input : IDisposable
{
    // Of so many inputs small memory stays from request to request; a thousand of them must not pile it up.
    private const int KeptInputs = 4;

    private readonly V2Request _request;
    private ReadOnlyMemory<byte>? _borrowed;

    internal V2Input(V2Request request) => _request = request;

    /// <summary>As in the metadata.</summary>
    public string? Name { get; internal set; }

    /// <summary>Type of the elements; null until it is read.</summary>
    public TensorDataType? DataType { get; internal set; }

    /// <summary>All dimensions; null until they are read.</summary>
    public TensorShape? Shape { get; internal set; }

    /// <summary>Place among the inputs, from 0.</summary>
    internal int Position { get; init; }

    /// <summary>The input in the words of an error.</summary>
    internal string Subject => Name is null ? $"Input {Position + 1}" : $"Input '{Name}'";

    /// <summary>Bytes behind the JSON that hold the data, when it is not in the JSON.</summary>
    internal long? BinarySize { get; set; }

    /// <summary>Elements found in the JSON, or null when there were none.</summary>
    internal long? JsonCount { get; set; }

    /// <summary>Whether <see cref="Deferred"/> holds the data as text, because it came before its type.</summary>
    internal bool IsDeferred { get; set; }

    internal PooledBytes Data { get; } = new();

    internal PooledBytes Deferred { get; } = new();

    /// <summary>The tensor's bytes, wherever they are.</summary>
    internal ReadOnlyMemory<byte> Content => _borrowed ?? Data.Memory;

    /// <summary>Takes the data as it is, without a copy.</summary>
    /// <param name="data">Little-endian, row-major, BYTES with a 4-byte length before each element. Unchanged until the request is disposed.</param>
    /// <exception cref="InferenceException">InvalidInput: not as many bytes as type and shape take; PayloadTooLarge.</exception>
    public void SetData(ReadOnlyMemory<byte> data)
    {
        var size = DataType!.Value.GetElementSize();
        Shape!.Value.TryGetElementCount(out var count);
        if (size > 0 && (UInt128)count * (uint)size != (UInt128)data.Length)
        {
            throw Invalid($"there are {data.Length} bytes of data, but {DataType.Value.ToV2Name()} of shape {Shape} takes {(UInt128)count * (uint)size}");
        }

        _request.Charge(this, data.Length);
        (_borrowed, BinarySize) = (data, data.Length);
    }

    /// <summary>Memory of the tensor, to be filled whole.</summary>
    /// <param name="elements">How many elements there are.</param>
    /// <param name="byteLength">Bytes of all of them.</param>
    /// <exception cref="InferenceException">InvalidInput: not as many elements as the shape has; PayloadTooLarge.</exception>
    public Span<byte> Fill(long elements, long byteLength)
    {
        Shape!.Value.TryGetElementCount(out var count);
        if (count != elements)
        {
            throw Invalid($"there are {elements} elements of data, its shape {Shape} has {count}");
        }

        _request.Charge(this, byteLength);
        var data = Data.GetSpan((int)byteLength)[..(int)byteLength];
        Data.Advance((int)byteLength);
        return data;
    }

    /// <summary>A fault of this input in the words of the protocol.</summary>
    /// <param name="fault">What is wrong, without a full stop.</param>
    public InferenceException Invalid(string fault)
        => new(InferenceErrorCode.InvalidInput, $"{Subject}: {fault}.") { Parameter = Name };

    /// <summary>Gives the memory back; the object can be used again.</summary>
    public void Dispose()
    {
        (Name, DataType, Shape, BinarySize, JsonCount, IsDeferred) = (null, null, null, null, null, false);
        _borrowed = null;
        if (Position < KeptInputs)
        {
            Data.Clear();
        }
        else
        {
            Data.Dispose();
        }

        Deferred.Dispose();
    }

    internal void SetType(string name)
        => DataType = TensorDataTypes.TryParse(name, out var type)
            ? type
            : throw Invalid(
                $"the datatype '{name}' is not known. Known are {string.Join(", ", Enum.GetValues<TensorDataType>().Select(known => known.ToV2Name()))}");

    internal void SetShape(InferenceHttpOptions options, ReadOnlySpan<long> dimensions)
    {
        if (dimensions.Length > options.MaxRank)
        {
            throw Invalid($"'shape' has more than {options.MaxRank} dimensions ({InferenceHttpOptions.Section}:{nameof(options.MaxRank)})");
        }

        if (dimensions.IndexOfAnyInRange(long.MinValue, -1) is >= 0 and var open)
        {
            throw Invalid($"dimension {open} of 'shape' is {dimensions[open]}; a request has no open dimensions");
        }

        Shape = TensorShape.TryGetElementCount(dimensions, out _)
            ? TensorShape.Create(dimensions)
            : throw Invalid($"the product of 'shape' [{string.Join(',', dimensions.ToArray())}] overflows 64 bits");
    }
}
