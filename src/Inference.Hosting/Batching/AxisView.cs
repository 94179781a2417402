// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>A dense tensor seen as [outer, first, middle, second, inner]: first and second are its batch and its ragged axis in the order of the shape.</summary>
/// <remarks>An axis that the tensor does not have counts 1, so that every tensor has both.</remarks>
internal readonly struct AxisView
{
    private AxisView(int outer, int first, int middle, int second, int inner, bool batchFirst)
    {
        (Outer, First, Middle, Second, Inner, BatchFirst) = (outer, first, middle, second, inner, batchFirst);
    }

    public int Outer { get; }

    public int First { get; }

    public int Middle { get; }

    public int Second { get; }

    /// <summary>Units (bytes or elements) behind the second axis.</summary>
    public int Inner { get; }

    /// <summary>Whether the batch axis comes before the ragged axis.</summary>
    public bool BatchFirst { get; }

    /// <summary>The view of a shape whose units fit an <see cref="int"/>.</summary>
    /// <param name="shape">All dimensions known.</param>
    /// <param name="batchAxis">-1 for none.</param>
    /// <param name="raggedAxis">-1 for none.</param>
    /// <param name="unit">Bytes of an element, or 1 to count elements.</param>
    public static AxisView Create(ReadOnlySpan<long> shape, int batchAxis, int raggedAxis, int unit)
    {
        if (batchAxis < 0 && raggedAxis < 0)
        {
            return new(1, 1, 1, 1, Product(shape) * unit, batchFirst: true);
        }

        if (raggedAxis < 0)
        {
            return new(
                Product(shape[..batchAxis]), (int)shape[batchAxis], 1, 1, Product(shape[(batchAxis + 1)..]) * unit, batchFirst: true);
        }

        if (batchAxis < 0)
        {
            return new(
                1, 1, Product(shape[..raggedAxis]), (int)shape[raggedAxis], Product(shape[(raggedAxis + 1)..]) * unit, batchFirst: true);
        }

        var (first, second) = batchAxis < raggedAxis ? (batchAxis, raggedAxis) : (raggedAxis, batchAxis);
        return new(
            Product(shape[..first]),
            (int)shape[first],
            Product(shape[(first + 1)..second]),
            (int)shape[second],
            Product(shape[(second + 1)..]) * unit,
            batchAxis < raggedAxis);
    }

    private static int Product(ReadOnlySpan<long> dimensions)
    {
        var product = 1L;
        foreach (var dimension in dimensions)
        {
            product *= dimension;
        }

        return checked((int)product);
    }
}
