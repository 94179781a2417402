// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inference.Hosting.Tensors;

/// <summary>A typed, shaped view of memory that somebody else owns: dense, row-major, little-endian.</summary>
/// <remarks>
/// Creating one copies nothing (except <see cref="FromStrings"/>). As an input, its memory is read once, when the batch is assembled;
/// it may be reused when the call has completed. As an output, it lives until the response is disposed.
/// At most 2 GiB of data. BYTES data is held in the form of <see cref="BytesEncoding"/>.
/// </remarks>
public readonly struct InferenceTensor
{
    // An array of any primitive, or a MemoryManager<byte>.
    private readonly object? _owner;
    private readonly int _offset;
    private readonly int _length;

    private InferenceTensor(TensorDataType dataType, TensorShape shape, object? owner, int offset, int length)
    {
        DataType = dataType;
        Shape = shape;
        _owner = owner;
        _offset = offset;
        _length = length;
    }

    /// <summary>Type of the elements.</summary>
    public TensorDataType DataType { get; }

    /// <summary>Dimensions, all known.</summary>
    public TensorShape Shape { get; }

    /// <summary>Bytes of data.</summary>
    public int ByteLength => _length;

    /// <summary>The data as bytes; BYTES elements in the form of <see cref="BytesEncoding"/>.</summary>
    public ReadOnlySpan<byte> Bytes => _owner switch
    {
        null => default,
        Array array => MemoryMarshal.CreateReadOnlySpan(
            ref Unsafe.AddByteOffset(ref MemoryMarshal.GetArrayDataReference(array), (nint)_offset), _length),
        _ => Unsafe.As<MemoryManager<byte>>(_owner).GetSpan().Slice(_offset, _length),
    };

    /// <summary>A tensor over the caller's array.</summary>
    /// <typeparam name="T">A primitive number, <see cref="bool"/> or <see cref="Half"/>.</typeparam>
    /// <param name="data">Elements in row-major order; not copied.</param>
    /// <param name="shape">Its product must be the number of elements.</param>
    /// <exception cref="ArgumentException">The shape does not hold as many elements as there are.</exception>
    public static InferenceTensor Create<T>(T[] data, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        return Create(new ReadOnlyMemory<T>(data), TensorShape.Create(shape));
    }

    /// <summary>A tensor over the caller's memory.</summary>
    /// <typeparam name="T">A primitive number, <see cref="bool"/> or <see cref="Half"/>.</typeparam>
    /// <param name="data">Elements in row-major order; not copied.</param>
    /// <param name="shape">Its product must be the number of elements.</param>
    /// <exception cref="ArgumentException">The shape does not hold as many elements as there are.</exception>
    public static InferenceTensor Create<T>(ReadOnlyMemory<T> data, TensorShape shape)
        where T : unmanaged
    {
        if (!shape.TryGetElementCount(out var count) || count != data.Length)
        {
            throw new ArgumentException($"Shape {shape} does not hold {data.Length} elements.", nameof(shape));
        }

        return Over(TensorDataTypes.Of<T>(), data, shape);
    }

    /// <summary>A tensor over raw bytes.</summary>
    /// <param name="dataType">Type of the elements.</param>
    /// <param name="data">Little-endian, row-major; BYTES in the form of <see cref="BytesEncoding"/>. Not copied.</param>
    /// <param name="shape">Its product must be the number of elements.</param>
    /// <exception cref="ArgumentException">The shape does not fit the bytes, or BYTES elements are not well-formed.</exception>
    public static InferenceTensor FromBytes(TensorDataType dataType, ReadOnlyMemory<byte> data, TensorShape shape)
    {
        var size = dataType.GetElementSize();
        var elements = size == 0 ? BytesEncoding.Count(data.Span) : data.Length % size == 0 ? data.Length / size : -1;
        if (!shape.TryGetElementCount(out var count) || count != elements)
        {
            throw new ArgumentException(
                $"Shape {shape} of {dataType.ToV2Name()} does not fit {data.Length} bytes of data.", nameof(shape));
        }

        return Over(dataType, data, shape);
    }

    /// <summary>A BYTES tensor with the UTF-8 of the given strings (copied).</summary>
    /// <param name="values">Elements in row-major order.</param>
    /// <param name="shape">Its product must be the number of elements; [n] when left out.</param>
    /// <exception cref="ArgumentException">The shape does not hold as many elements as there are.</exception>
    public static InferenceTensor FromStrings(ReadOnlySpan<string> values, params ReadOnlySpan<long> shape)
        => FromBytes(
            TensorDataType.Bytes,
            BytesEncoding.Encode(values),
            shape.IsEmpty ? [values.Length] : TensorShape.Create(shape));

    /// <summary>The elements, without a copy.</summary>
    /// <typeparam name="T">The type that carries <see cref="DataType"/>; <see cref="ushort"/> also views FP16 and BF16 bits.</typeparam>
    /// <exception cref="InvalidOperationException">The tensor holds another type.</exception>
    public ReadOnlySpan<T> AsSpan<T>()
        where T : unmanaged
        => DataType.Carries<T>()
            ? MemoryMarshal.Cast<byte, T>(Bytes)
            : throw new InvalidOperationException($"The tensor holds {DataType.ToV2Name()}, not {typeof(T).Name}.");

    /// <summary>A copy of the elements.</summary>
    /// <typeparam name="T">As for <see cref="AsSpan{T}"/>.</typeparam>
    public T[] ToArray<T>()
        where T : unmanaged
        => AsSpan<T>().ToArray();

    /// <summary>The elements of a BYTES tensor, decoded as UTF-8.</summary>
    /// <exception cref="InvalidOperationException">The tensor holds another type.</exception>
    public string[] ToStrings()
        => DataType == TensorDataType.Bytes
            ? BytesEncoding.Decode(Bytes)
            : throw new InvalidOperationException($"The tensor holds {DataType.ToV2Name()}, not BYTES.");

    /// <summary>Type and shape, never data: safe to log.</summary>
    public override string ToString() => $"{(DataType == 0 ? "none" : DataType.ToV2Name())}{Shape}";

    /// <summary>No checks: for code that has made sure that shape and bytes agree.</summary>
    internal static InferenceTensor Over<T>(TensorDataType dataType, ReadOnlyMemory<T> data, TensorShape shape)
        where T : unmanaged
    {
        var length = checked(data.Length * Unsafe.SizeOf<T>());
        if (MemoryMarshal.TryGetArray(data, out var segment))
        {
            return new(dataType, shape, segment.Array, segment.Offset * Unsafe.SizeOf<T>(), length);
        }

        return MemoryMarshal.TryGetMemoryManager<T, MemoryManager<T>>(data, out var manager, out var start, out _)
            ? new(dataType, shape, manager as MemoryManager<byte> ?? new ByteView<T>(manager), start * Unsafe.SizeOf<T>(), length)
            : throw new ArgumentException("Memory over a string cannot be a tensor.", nameof(data));
    }

    /// <summary>No checks: a view of an array from a byte offset.</summary>
    internal static InferenceTensor OverArray(TensorDataType dataType, Array array, int byteOffset, int byteLength, TensorShape shape)
        => new(dataType, shape, array, byteOffset, byteLength);

    private sealed class ByteView<T>(MemoryManager<T> inner) : MemoryManager<byte>
        where T : unmanaged
    {
        public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(inner.GetSpan());

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin() => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            // The inner manager belongs to the caller.
        }
    }
}
