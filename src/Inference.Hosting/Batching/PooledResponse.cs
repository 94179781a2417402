// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Batching;

/// <summary>The outputs of one request in pooled memory, written part by part. From <see cref="ResponsePool.Rent"/>.</summary>
/// <remarks>Parts of a split request may write at the same time: only what they share is locked.</remarks>
internal sealed class PooledResponse : ResponseStorage
{
    private readonly ResponsePool _pool;
    private readonly OutputSlot[] _slots;
    private readonly Lock _lock = new();
    private RequestLayout _layout;
    private int _isRented;

    internal PooledResponse(ResponsePool pool)
        : base([])
    {
        _pool = pool;
        _slots = [.. pool.Outputs.Select(_ => new OutputSlot(pool.Buffers))];
    }

    /// <summary>Starts a life.</summary>
    internal void Begin(in RequestLayout layout)
    {
        Debug.Assert(_isRented == 0, "A response is rented by one request at a time.");
        _layout = layout;
        _isRented = 1;
    }

    /// <summary>The memory of a whole output, into which a part writes its rows.</summary>
    /// <param name="output">Which.</param>
    /// <param name="shape">Shape for all rows of the request.</param>
    /// <param name="byteLength">Bytes of all rows.</param>
    /// <param name="isWhole">Whether the part holds all rows, so that nobody else writes.</param>
    /// <exception cref="EngineException">Another part of the request gave another shape.</exception>
    public Span<byte> Reserve(OutputPlan output, ReadOnlySpan<long> shape, int byteLength, bool isWhole)
    {
        var slot = _slots[output.Index];
        if (isWhole)
        {
            slot.DropPieces(0, int.MaxValue);
            slot.Begin(ShapeOf(slot, shape), byteLength);
            return slot.Buffer.AsSpan(0, byteLength);
        }

        lock (_lock)
        {
            if (!slot.HasShape)
            {
                slot.Begin(ShapeOf(slot, shape), byteLength);
            }
            else if (!slot.Shape.Dimensions.SequenceEqual(shape))
            {
                throw Unequal(output, slot.Shape, TensorShape.Create(shape));
            }

            return slot.Buffer.AsSpan(0, byteLength);
        }
    }

    /// <summary>Memory for the rows of one part of a split request, of an output whose rows differ in size.</summary>
    /// <param name="output">Which.</param>
    /// <param name="shape">Shape of the rows of the part.</param>
    /// <param name="firstRow">First row within the request.</param>
    /// <param name="rows">Rows of the part.</param>
    /// <param name="byteLength">Bytes of the rows.</param>
    /// <exception cref="EngineException">Another part of the request gave another shape.</exception>
    public Span<byte> ReservePiece(OutputPlan output, ReadOnlySpan<long> shape, int firstRow, int rows, int byteLength)
    {
        lock (_lock)
        {
            var slot = _slots[output.Index];
            if (slot.Pieces is [var other, ..] && !SameApartFrom(output.BatchAxis, other.Shape.Dimensions, shape))
            {
                throw Unequal(output, other.Shape, TensorShape.Create(shape));
            }

            return slot.AddPiece(_pool.Shapes.Get(shape), firstRow, rows, byteLength);
        }
    }

    /// <summary>Publishes the outputs. Once, after the last part was scattered and before the response is handed out.</summary>
    public void Complete()
    {
        foreach (var index in _layout.Outputs.Order)
        {
            var (output, slot) = (_pool.Outputs[index], _slots[index]);
            if (slot.Pieces is { Count: > 0 })
            {
                Join(output, slot);
            }

            Debug.Assert(slot.HasShape, "Each part writes each wanted output.");
            Outputs.Add(output.Name, InferenceTensor.OverArray(output.DataType, slot.Buffer, 0, slot.ByteLength, slot.Shape));
        }
    }

    /// <summary>Gives memory and object back to the pool; exactly once: by the response, or by the queue when nobody got it.</summary>
    public override void Return()
    {
        var wasRented = Interlocked.Exchange(ref _isRented, 0);
        Debug.Assert(wasRented == 1, "A response is returned once.");
        if (wasRented == 0)
        {
            return;
        }

        Outputs.Clear();
        Timing = default;
        foreach (var index in _layout.Outputs.Order)
        {
            _slots[index].Reset();
        }

        _pool.TakeBack(this);
    }

    private static bool SameApartFrom(int axis, ReadOnlySpan<long> left, ReadOnlySpan<long> right)
        => left.Length == right.Length
            && left[..axis].SequenceEqual(right[..axis])
            && left[(axis + 1)..].SequenceEqual(right[(axis + 1)..]);

    private static EngineException Unequal(OutputPlan output, TensorShape first, TensorShape second)
        => new(EngineFault.Run, $"Output '{output.Name}' had shapes {first} and {second} in parts of one request.")
        {
            PublicMessage =
                $"Output {RequestFaults.Quote(output.Name)} came out as {first} and as {second} in two runs that shared the rows of this request, so they cannot be joined: send fewer rows at a time.",
        };

    private TensorShape ShapeOf(OutputSlot slot, ReadOnlySpan<long> shape)
        => slot.Shape.Dimensions.SequenceEqual(shape) ? slot.Shape : _pool.Shapes.Get(shape);

    private void Join(OutputPlan output, OutputSlot slot)
    {
        // Rare: a split request with text outputs. It may allocate.
        var pieces = slot.Pieces!;
        var shape = pieces[0].Shape.Dimensions.ToArray();
        shape[output.BatchAxis] = _layout.Rows;
        var target = AxisView.Create(shape, output.BatchAxis, -1, 1);
        TensorShape.TryGetElementCount(shape, out var count);
        using var gather = new BytesGather(target, (int)count);
        for (var i = 0; i < pieces.Count; i++)
        {
            var piece = pieces[i];
            var view = AxisView.Create(piece.Shape.Dimensions, output.BatchAxis, -1, 1);
            piece.Shape.TryGetElementCount(out var elements);
            gather.Add(i, piece.Buffer.AsSpan(0, piece.ByteLength), view, (int)elements, 0, piece.FirstRow, piece.Rows, 1);
        }

        var tensors = pieces.Select(piece =>
            InferenceTensor.OverArray(output.DataType, piece.Buffer, 0, piece.ByteLength, piece.Shape)).ToArray();
        slot.Begin(_pool.Shapes.Get(shape), checked((int)gather.Measure()));
        gather.Write(tensors, slot.Buffer);
    }
}
