// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.Http.Json;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V1.Writing;

/// <summary>Writes one output as nested arrays, a row at a time.</summary>
internal sealed class RowWriter : IDisposable
{
    private readonly long[] _dimensions;
    private readonly PooledBytes _moved = new();
    private TensorJsonWriter _elements;

    /// <param name="name">Of the output.</param>
    /// <param name="tensor">The output.</param>
    /// <param name="rowAxis">The axis that is left out of every row; null to write the tensor as one row.</param>
    public RowWriter(string name, InferenceTensor tensor, int? rowAxis)
    {
        Name = name;
        var shape = tensor.Shape.Dimensions;
        if (rowAxis is not { } axis)
        {
            (_dimensions, _elements) = (shape.ToArray(), new TensorJsonWriter(tensor, wrapsBytes: true));
            return;
        }

        _dimensions = [.. shape[..axis], .. shape[(axis + 1)..]];
        if (axis > 0)
        {
            TensorShape.TryGetElementCount(shape[..axis], out var outer);
            TensorShape.TryGetElementCount(shape[(axis + 1)..], out var block);
            BlockTranspose.Write(tensor.DataType, tensor.Bytes, (int)outer, (int)shape[axis], (int)block, _moved);
            tensor = InferenceTensor.FromBytes(tensor.DataType, _moved.Memory, [shape[axis], .. _dimensions]);
        }

        _elements = new TensorJsonWriter(tensor, wrapsBytes: true);
    }

    public string Name { get; }

    /// <summary>Writes the next row.</summary>
    /// <param name="json">Where.</param>
    /// <param name="send">Called between parts of a large row, so that it need not be held whole.</param>
    public async ValueTask WriteAsync(Utf8JsonWriter json, Func<Utf8JsonWriter, ValueTask> send)
    {
        TensorShape.TryGetElementCount(_dimensions, out var count);
        if (count == 0)
        {
            WriteEmpty(json, 0);
            return;
        }

        // Each innermost array, with the brackets of all arrays that begin or end with it.
        var length = _dimensions is [.., var last] ? last : 1;
        for (long i = 0; i < count / length; i++)
        {
            WriteBrackets(json, i, isStart: true);
            for (var left = length; left > 0;)
            {
                left -= _elements.Write(json, (int)Math.Min(left, int.MaxValue));
                await send(json);
            }

            WriteBrackets(json, i + 1, isStart: false);
        }
    }

    public void Dispose() => _moved.Dispose();

    private void WriteBrackets(Utf8JsonWriter json, long index, bool isStart)
    {
        var axis = _dimensions.Length - 1;
        for (long size = 1; axis >= 0 && index % size == 0; axis--)
        {
            if (isStart)
            {
                json.WriteStartArray();
            }
            else
            {
                json.WriteEndArray();
            }

            size *= axis > 0 ? _dimensions[axis - 1] : 1;
        }
    }

    private void WriteEmpty(Utf8JsonWriter json, int axis)
    {
        json.WriteStartArray();
        for (long i = 0; axis + 1 < _dimensions.Length && i < _dimensions[axis]; i++)
        {
            WriteEmpty(json, axis + 1);
        }

        json.WriteEndArray();
    }
}
