// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Batching;

/// <summary>What slicing needs of an output, worked out once. Axes are -1 where there is none.</summary>
internal sealed class OutputPlan
{
    private OutputPlan(TensorSpec spec, int index, bool batches)
    {
        Spec = spec;
        Index = index;
        Name = spec.Name;
        DataType = spec.DataType;
        ElementSize = spec.DataType.GetElementSize();
        BatchAxis = batches ? spec.BatchAxis ?? -1 : -1;
        RaggedAxis = spec.RaggedAxis ?? -1;
    }

    public TensorSpec Spec { get; }

    public int Index { get; }

    public string Name { get; }

    public TensorDataType DataType { get; }

    /// <summary>Bytes of an element; 0 for BYTES.</summary>
    public int ElementSize { get; }

    public int BatchAxis { get; }

    public int RaggedAxis { get; }

    public static OutputPlan[] CreateAll(ModelMetadata metadata)
        => [.. metadata.Outputs.Select((spec, index) => new OutputPlan(spec, index, metadata.SupportsBatching))];

    /// <summary>How many steps along the ragged axis belong to a row.</summary>
    /// <param name="shape">Shape of the output of the run.</param>
    /// <param name="length">Length of the row.</param>
    /// <param name="paddedLength">Length of the run.</param>
    public int Steps(ReadOnlySpan<long> shape, int length, int paddedLength)
    {
        if (RaggedAxis < 0)
        {
            return 1;
        }

        var steps = (int)shape[RaggedAxis];
        return length == paddedLength ? steps : Math.Min(steps, Scale(length, Spec.RaggedScale));
    }

    /// <summary>Steps of an output for an input of the given length.</summary>
    public static int Scale(int length, double scale)

        // A third of 3 must not become 2 by rounding.
        => (int)Math.Ceiling((length * scale) - 1e-6);
}
