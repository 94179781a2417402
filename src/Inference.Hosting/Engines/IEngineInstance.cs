// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Engines;

/// <summary>One executor with its own input and output buffers. Never called concurrently; created, used and disposed on one thread.</summary>
public interface IEngineInstance : IDisposable
{
    /// <summary>The device that computes, for example <c>cpu</c> or <c>cuda:0</c>.</summary>
    string Device { get; }

    /// <summary>Makes room for the shapes of a batch. Afterwards <see cref="GetInput"/> gives buffers of exactly those sizes.</summary>
    /// <param name="batch">Rows, shapes, which inputs are there and which outputs are wanted.</param>
    void Prepare(InferenceBatch batch);

    /// <summary>The buffer of an input, to be written between <see cref="Prepare"/> and <see cref="Execute"/>.</summary>
    /// <param name="index">Position in the metadata; the input is in the batch.</param>
    Span<byte> GetInput(int index);

    /// <summary>Runs the batch; returns when outputs can be read.</summary>
    /// <param name="batch">The batch that was prepared.</param>
    /// <exception cref="EngineException">The run failed; the instance stays usable unless the kind says otherwise.</exception>
    void Execute(InferenceBatch batch);

    /// <summary>The shape of a wanted output of the last run.</summary>
    /// <param name="index">Position in the metadata.</param>
    ReadOnlySpan<long> GetOutputShape(int index);

    /// <summary>A wanted output of the last run, valid until the next <see cref="Prepare"/>; BYTES as <see cref="Tensors.BytesEncoding"/>.</summary>
    /// <param name="index">Position in the metadata.</param>
    ReadOnlySpan<byte> GetOutput(int index);
}
