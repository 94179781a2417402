// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V1;

/// <summary>Moves the axis of the rows, for models that have it elsewhere than in front.</summary>
internal static class BlockTranspose
{
    /// <summary>Writes a tensor of [first, second] blocks as [second, first].</summary>
    /// <param name="type">Type of the elements.</param>
    /// <param name="source">All blocks, row-major.</param>
    /// <param name="first">Blocks along the outer axis.</param>
    /// <param name="second">Blocks along the inner axis.</param>
    /// <param name="elements">Elements of a block.</param>
    /// <param name="target">Where they are appended.</param>
    public static void Write(TensorDataType type, ReadOnlySpan<byte> source, int first, int second, int elements, PooledBytes target)
    {
        target.Expect(source.Length);
        var starts = FindStarts(type, source, first * second, elements);
        for (var j = 0; j < second; j++)
        {
            for (var i = 0; i < first; i++)
            {
                var block = (i * second) + j;
                target.Append(source[starts[block]..starts[block + 1]]);
            }
        }
    }

    private static int[] FindStarts(TensorDataType type, ReadOnlySpan<byte> source, int blocks, int elements)
    {
        var starts = new int[blocks + 1];
        for (var i = 0; i < blocks; i++)
        {
            starts[i + 1] = starts[i] + (type == TensorDataType.Bytes
                ? BytesEncoding.Measure(source[starts[i]..], elements)
                : elements * type.GetElementSize());
        }

        return starts;
    }
}
