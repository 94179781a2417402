// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Tensors;

/// <summary>Remembers shapes seen of late, so that equal shapes are one object. Fixed size; thread-safe without locks.</summary>
internal sealed class ShapeCache
{
    private const int Size = 256;

    // A shape is one reference, so entries are read and written whole.
    private readonly TensorShape[] _entries = new TensorShape[Size];

    /// <summary>The shape of these dimensions.</summary>
    public TensorShape Get(ReadOnlySpan<long> dimensions)
    {
        if (dimensions.IsEmpty)
        {
            return default;
        }

        var hash = 0UL;
        foreach (var dimension in dimensions)
        {
            hash = (hash ^ (ulong)dimension) * 0x9E3779B97F4A7C15;
        }

        ref var entry = ref _entries[hash >> 56];
        var shape = entry;
        if (!shape.Dimensions.SequenceEqual(dimensions))
        {
            entry = shape = TensorShape.Create(dimensions);
        }

        return shape;
    }
}
