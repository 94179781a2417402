// SPDX-License-Identifier: Apache-2.0

using System.Collections;
using System.Runtime.CompilerServices;

namespace Inference.Hosting.Tensors;

/// <summary>The dimensions of a tensor, outermost first. Immutable; the default is a scalar.</summary>
/// <remarks>In metadata -1 stands for a dimension that varies; the shape of real data has none.</remarks>
[CollectionBuilder(typeof(TensorShape), nameof(Create))]
public readonly struct TensorShape : IEquatable<TensorShape>, IEnumerable<long>
{
    private readonly long[]? _dimensions;

    private TensorShape(long[] dimensions) => _dimensions = dimensions;

    /// <summary>Number of dimensions; 0 is a scalar.</summary>
    public int Rank => _dimensions?.Length ?? 0;

    /// <summary>All dimensions.</summary>
    public ReadOnlySpan<long> Dimensions => _dimensions;

    /// <summary>One dimension.</summary>
    /// <param name="axis">From 0 to <see cref="Rank"/> - 1.</param>
    public long this[int axis] => Dimensions[axis];

    /// <summary>A shape with a copy of the given dimensions.</summary>
    /// <param name="dimensions">Outermost first.</param>
    public static TensorShape Create(ReadOnlySpan<long> dimensions)
        => dimensions.IsEmpty ? default : new(dimensions.ToArray());

    /// <summary>A shape with a copy of the given dimensions.</summary>
    /// <param name="dimensions">Outermost first.</param>
    public static implicit operator TensorShape(long[] dimensions) => Create(dimensions);

    /// <summary>Compares all dimensions.</summary>
    public static bool operator ==(TensorShape left, TensorShape right) => left.Equals(right);

    /// <summary>Compares all dimensions.</summary>
    public static bool operator !=(TensorShape left, TensorShape right) => !left.Equals(right);

    /// <summary>The product of all dimensions.</summary>
    /// <param name="count">The number of elements, or 0 on failure.</param>
    /// <returns>False when a dimension is negative or the product exceeds <see cref="long.MaxValue"/>.</returns>
    public bool TryGetElementCount(out long count) => TryGetElementCount(Dimensions, out count);

    /// <inheritdoc cref="TryGetElementCount(out long)"/>
    /// <param name="dimensions">Outermost first.</param>
    /// <param name="count">The number of elements, or 0 on failure.</param>
    public static bool TryGetElementCount(ReadOnlySpan<long> dimensions, out long count)
    {
        var product = (UInt128)1;
        var empty = false;
        foreach (var dimension in dimensions)
        {
            if (dimension < 0)
            {
                count = 0;
                return false;
            }

            empty |= dimension == 0;
            product = empty ? 1 : product * (ulong)dimension;
            if (product > long.MaxValue)
            {
                count = 0;
                return false;
            }
        }

        count = empty ? 0 : (long)product;
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(TensorShape other) => Dimensions.SequenceEqual(other.Dimensions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TensorShape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var dimension in Dimensions)
        {
            hash.Add(dimension);
        }

        return hash.ToHashCode();
    }

    /// <summary>Text such as <c>[2,16]</c>.</summary>
    public override string ToString() => $"[{string.Join(',', _dimensions ?? [])}]";

    /// <inheritdoc/>
    public IEnumerator<long> GetEnumerator() => ((IEnumerable<long>)(_dimensions ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
