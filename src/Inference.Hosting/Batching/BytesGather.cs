// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Buffers.Binary;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Batching;

/// <summary>Builds a BYTES tensor out of rows of others, whatever the axes: elements vary in size, so each is looked up.</summary>
/// <remarks>Elements that nothing was added for are empty strings. For one thread, for one tensor; dispose to give the memory back.</remarks>
internal readonly struct BytesGather : IDisposable
{
    private readonly AxisView _target;
    private readonly int _count;
    private readonly Element[] _elements;

    /// <param name="target">The tensor to build, in elements.</param>
    /// <param name="count">Its elements.</param>
    public BytesGather(in AxisView target, int count)
    {
        _target = target;
        _count = count;
        _elements = ArrayPool<Element>.Shared.Rent(count);
        Array.Clear(_elements, 0, count);
    }

    /// <summary>Takes rows of a tensor.</summary>
    /// <param name="source">Its position in what <see cref="Write"/> is given.</param>
    /// <param name="encoded">Its data.</param>
    /// <param name="view">Its shape, in elements.</param>
    /// <param name="elements">Its number of elements.</param>
    /// <param name="sourceRow">First row to take.</param>
    /// <param name="targetRow">Where it goes.</param>
    /// <param name="rows">How many.</param>
    /// <param name="steps">Steps along the ragged axis; 1 when there is none.</param>
    public void Add(
        int source, ReadOnlySpan<byte> encoded, in AxisView view, int elements, int sourceRow, int targetRow, int rows, int steps)
    {
        var offsets = Offsets(encoded, elements);
        var runs = new BlockRuns(view, sourceRow, _target, targetRow, rows, 0, steps);
        while (runs.MoveNext())
        {
            for (var i = 0; i < runs.Length; i++)
            {
                var start = offsets[runs.Source + i];
                _elements[runs.Target + i] = new(source, start, offsets[runs.Source + i + 1] - start);
            }
        }

        ArrayPool<int>.Shared.Return(offsets);
    }

    /// <summary>Repeats a row of the target.</summary>
    public void Repeat(int row, int into, int steps)
    {
        var runs = new BlockRuns(_target, row, _target, into, 1, 0, steps);
        while (runs.MoveNext())
        {
            Array.Copy(_elements, runs.Source, _elements, runs.Target, runs.Length);
        }
    }

    /// <summary>Bytes of the encoded target.</summary>
    public long Measure()
    {
        var total = 4L * _count;
        foreach (var element in _elements.AsSpan(0, _count))
        {
            total += Math.Max(element.Length - 4, 0);
        }

        return total;
    }

    /// <summary>Writes the encoded target.</summary>
    /// <param name="sources">The tensors that were added, by position.</param>
    /// <param name="target">Of the size that was measured.</param>
    public void Write(ReadOnlySpan<InferenceTensor> sources, Span<byte> target)
    {
        foreach (var element in _elements.AsSpan(0, _count))
        {
            if (element.Length == 0)
            {
                BinaryPrimitives.WriteInt32LittleEndian(target, 0);
                target = target[4..];
                continue;
            }

            sources[element.Source].Bytes.Slice(element.Start, element.Length).CopyTo(target);
            target = target[element.Length..];
        }
    }

    public void Dispose() => ArrayPool<Element>.Shared.Return(_elements);

    /// <summary>Where each element begins, and the end; rented, of at least <paramref name="elements"/> + 1.</summary>
    /// <exception cref="ArgumentException">Fewer elements are there.</exception>
    public static int[] Offsets(ReadOnlySpan<byte> encoded, int elements)
    {
        var offsets = ArrayPool<int>.Shared.Rent(elements + 1);
        var rest = encoded;
        for (var i = 0; i < elements; i++)
        {
            offsets[i] = encoded.Length - rest.Length;
            if (!BytesEncoding.TryRead(ref rest, out _))
            {
                ArrayPool<int>.Shared.Return(offsets);
                throw new ArgumentException($"Expected {elements} BYTES elements, found {i}.", nameof(encoded));
            }
        }

        offsets[elements] = encoded.Length - rest.Length;
        return offsets;
    }

    // With the 4 bytes of its length, so that no real element has length 0.
    private readonly record struct Element(int Source, int Start, int Length);
}
