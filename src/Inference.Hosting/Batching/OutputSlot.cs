// SPDX-License-Identifier: Apache-2.0

using System.Numerics;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Batching;

/// <summary>One output of a pooled response: its shape and its memory.</summary>
/// <remarks>Small memory stays with the slot, as renting it would cost more than holding it; large memory is rented for one response.</remarks>
internal sealed class OutputSlot(TensorBufferPool buffers)
{
    private const int LargestKept = 1024;

    private byte[]? _kept;
    private byte[]? _rented;

    /// <summary>Whether some part has given it a shape.</summary>
    public bool HasShape { get; private set; }

    /// <summary>Shape of the whole output.</summary>
    public TensorShape Shape { get; private set; }

    public int ByteLength { get; private set; }

    /// <summary>Slices of a BYTES output of a split request, joined at the end; null when there are none.</summary>
    public List<BytesPiece>? Pieces { get; private set; }

    /// <summary>The memory of the whole output; its length may be larger.</summary>
    public byte[] Buffer => ByteLength <= LargestKept ? _kept! : _rented!;

    /// <summary>Gives the output its shape and memory; what it held before is void.</summary>
    public void Begin(TensorShape shape, int byteLength)
    {
        (HasShape, Shape, ByteLength) = (true, shape, byteLength);
        if (byteLength <= LargestKept)
        {
            if (_kept is null || _kept.Length < byteLength)
            {
                _kept = GC.AllocateUninitializedArray<byte>((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(byteLength, 32)));
            }
        }
        else if (_rented is null || _rented.Length < byteLength)
        {
            ReturnRented();
            _rented = buffers.Rent(byteLength);
        }
    }

    /// <summary>Memory for a slice, in place of what a failed attempt may have left there.</summary>
    public Span<byte> AddPiece(TensorShape shape, int firstRow, int rows, int byteLength)
    {
        DropPieces(firstRow, rows);
        var piece = new BytesPiece(shape, firstRow, rows, buffers.Rent(byteLength), byteLength);
        (Pieces ??= []).Add(piece);
        return piece.Buffer.AsSpan(0, byteLength);
    }

    /// <summary>Gives slices back that overlap the given rows.</summary>
    public void DropPieces(int firstRow, int rows)
    {
        for (var i = (Pieces?.Count ?? 0) - 1; i >= 0; i--)
        {
            var piece = Pieces![i];
            if (piece.FirstRow < firstRow + rows && firstRow < piece.FirstRow + piece.Rows)
            {
                Pieces.RemoveAt(i);
                buffers.Return(piece.Buffer);
            }
        }
    }

    /// <summary>Gives everything back.</summary>
    public void Reset()
    {
        ReturnRented();
        TensorBufferPool.Spoil(_kept);
        DropPieces(0, int.MaxValue);
        HasShape = false;
    }

    private void ReturnRented()
    {
        if (_rented is not null)
        {
            buffers.Return(_rented);
            _rented = null;
        }
    }
}
