// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Conformance.Tensors;

/// <summary>A tensor with its data in the protocol's raw form: little-endian, row-major, BYTES with a length before each element.</summary>
internal sealed record WireTensor(string Name, TensorDataType Type, long[] Shape, byte[] Raw)
{
    public long ElementCount => Count(Shape);

    /// <summary>A tensor of numbers.</summary>
    public static WireTensor Of<T>(string name, long[] shape, params T[] values)
        where T : unmanaged
        => new(name, TensorDataTypes.Of<T>(), shape, MemoryMarshal.AsBytes<T>(values).ToArray());

    /// <summary>A tensor of texts.</summary>
    public static WireTensor OfText(string name, long[] shape, params string[] values)
        => new(name, TensorDataType.Bytes, shape, BytesEncoding.Encode(values));

    public static long Count(IEnumerable<long> shape) => shape.Aggregate(1L, (product, dimension) => checked(product * dimension));
}
