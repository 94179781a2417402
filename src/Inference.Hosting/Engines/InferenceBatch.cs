// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Engines;

/// <summary>The shapes of one run: what an instance needs to know before rows are copied in. Reused from run to run.</summary>
public sealed class InferenceBatch
{
    private readonly long[][] _shapes;
    private readonly bool[] _present;
    private readonly int[] _byteCounts;
    private readonly bool[] _wanted;

    /// <summary>An empty batch for one model.</summary>
    /// <param name="metadata">Its inputs and outputs.</param>
    public InferenceBatch(ModelMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        Metadata = metadata;
        _shapes = [.. metadata.Inputs.Select(input => new long[input.Shape.Rank])];
        _present = new bool[metadata.Inputs.Count];
        _byteCounts = new int[metadata.Inputs.Count];
        _wanted = new bool[metadata.Outputs.Count];
    }

    /// <summary>The model's inputs and outputs.</summary>
    public ModelMetadata Metadata { get; }

    /// <summary>Rows of the run, padding rows included.</summary>
    public int Rows { get; private set; }

    /// <summary>Padded length along the ragged axis; 0 when there is none.</summary>
    public int Length { get; private set; }

    /// <summary>Starts a description: no inputs, no wanted outputs.</summary>
    /// <param name="rows">Rows of the run, padding rows included.</param>
    /// <param name="length">Padded length along the ragged axis; 0 when there is none.</param>
    public void Begin(int rows, int length = 0)
    {
        (Rows, Length) = (rows, length);
        Array.Clear(_present);
        Array.Clear(_wanted);
    }

    /// <summary>Declares an input of the run.</summary>
    /// <param name="index">Position in the metadata.</param>
    /// <param name="shape">Its shape, batch and ragged axes included.</param>
    /// <param name="byteCount">Bytes of data; for BYTES the encoded size.</param>
    public void SetInput(int index, ReadOnlySpan<long> shape, int byteCount)
    {
        // A graph may leave the rank open; then the metadata's shape is empty and the caller's rank counts.
        if (_shapes[index].Length != shape.Length)
        {
            _shapes[index] = new long[shape.Length];
        }

        shape.CopyTo(_shapes[index]);
        _byteCounts[index] = byteCount;
        _present[index] = true;
    }

    /// <summary>Declares an output as wanted.</summary>
    /// <param name="index">Position in the metadata.</param>
    public void Want(int index) => _wanted[index] = true;

    /// <summary>Whether the run has this input.</summary>
    /// <param name="index">Position in the metadata.</param>
    public bool HasInput(int index) => _present[index];

    /// <summary>The shape of an input of the run.</summary>
    /// <param name="index">Position in the metadata.</param>
    public ReadOnlySpan<long> GetInputShape(int index) => _shapes[index];

    /// <summary>Bytes of an input of the run; for BYTES the encoded size.</summary>
    /// <param name="index">Position in the metadata.</param>
    public int GetInputByteCount(int index) => _byteCounts[index];

    /// <summary>Whether somebody asked for this output.</summary>
    /// <param name="index">Position in the metadata.</param>
    public bool Wants(int index) => _wanted[index];
}
