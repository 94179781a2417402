// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Tensors;

/// <summary>What a model says of one of its inputs or outputs.</summary>
/// <param name="Name">As in the graph; any text.</param>
/// <param name="DataType">Type of the elements.</param>
/// <param name="Shape">With the batch axis; -1 where a dimension varies.</param>
public sealed record TensorSpec(string Name, TensorDataType DataType, TensorShape Shape)
{
    /// <summary>The axis along which rows of callers are stacked, or null when the tensor has none.</summary>
    /// <value>
    /// Null by default. An input without a batch axis in a model that batches is shared by all rows of a run: only requests with equal
    /// bytes for it meet in a batch.
    /// </value>
    public int? BatchAxis { get; init; }

    /// <summary>The axis whose length differs from row to row and may be padded, or null.</summary>
    /// <value>Null by default: rows meet only if all their other dimensions are equal. Declared by the model's owner, never inferred.</value>
    public int? RaggedAxis { get; init; }

    /// <summary>What fills the padding of an input along <see cref="RaggedAxis"/>.</summary>
    /// <value>0 by default.</value>
    public double PadValue { get; init; }

    /// <summary>Whether an input marks the real steps of a ragged model and is made here when the caller leaves it out: 1 for a real step, 0 for padding.</summary>
    /// <value>False by default. A mask has a <see cref="RaggedAxis"/>; its other varying dimensions are 1 when it is made.</value>
    public bool IsMask { get; init; }

    /// <summary>Length along <see cref="RaggedAxis"/> of an output, as a multiple of the inputs' length, rounded up.</summary>
    /// <value>1 by default; 0.125 for an output with an eighth of the steps of the input.</value>
    public double RaggedScale { get; init; } = 1;

    /// <summary>Whether an input may be left out.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Names of the classes along the last axis of an output, or null.</summary>
    public IReadOnlyList<string>? Labels { get; init; }
}
