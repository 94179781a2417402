// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;

namespace Inference.Hosting.Batching;

/// <summary>Copies rows of requests into the buffers of an instance, and slices of its outputs into responses. Stateless and thread-safe: one per version.</summary>
internal sealed class BatchAssembler(ModelMetadata metadata)
{
    /// <summary>Describes the batch, prepares the instance for it, and copies the rows in. The only reader of the callers' memory.</summary>
    /// <param name="instance">The instance of the calling thread.</param>
    /// <param name="batch">Its description; overwritten.</param>
    /// <param name="parts">At least one, all with the same key, none with zero rows.</param>
    /// <param name="paddedRows">Rows of the run; beyond those of the parts the last real row is repeated.</param>
    /// <param name="paddedLength">Length of the run along the ragged axis, at least that of every part; 0 when there is none.</param>
    /// <exception cref="EngineException">The run would exceed the largest buffer (OutOfMemory), or the instance failed.</exception>
    public void Assemble(
        IEngineInstance instance, InferenceBatch batch, ReadOnlySpan<BatchPart> parts, int paddedRows, int paddedLength)
        => throw new NotImplementedException(metadata.Name);

    /// <summary>Copies each part's rows of each output it wants into its response. May be repeated after a failure: rows are overwritten.</summary>
    /// <param name="instance">After a run.</param>
    /// <param name="batch">The batch that ran.</param>
    /// <param name="parts">As they were assembled, in the same order.</param>
    /// <exception cref="EngineException">An output does not have the rows of the run, or parts of a split request differ in shape (Run, with a public message).</exception>
    public void Scatter(IEngineInstance instance, InferenceBatch batch, ReadOnlySpan<BatchPart> parts)
        => throw new NotImplementedException(metadata.Name);
}
