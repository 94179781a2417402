// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>Declares that rows of different length along one axis may share a run, padded to a common length.</summary>
/// <remarks>
/// Only the model's owner knows whether padding leaves answers unchanged, so it is never inferred from a dynamic axis.
/// All ragged inputs of a request have the same length.
/// </remarks>
public sealed class RaggedAxis
{
    /// <summary>Name of the input.</summary>
    public string Input { get; set; } = "";

    /// <summary>The axis, counted with the batch axis; for [batch, sequence] it is 1.</summary>
    public int Axis { get; set; } = 1;

    /// <summary>What fills the padding; 0 by default.</summary>
    public double PadValue { get; set; }

    /// <summary>Whether the input is a mask that is made here when the caller leaves it out: 1 for real steps, 0 for padding.</summary>
    public bool IsMask { get; set; }
}
