// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;

namespace Inference.Hosting.Batching;

/// <summary>Copies rows of requests into the buffers of an instance, and slices of its outputs into responses. Stateless and thread-safe: one per version.</summary>
internal sealed class BatchAssembler(ModelMetadata metadata)
{
    private readonly InputPlan[] _inputs = InputPlan.CreateAll(metadata);
    private readonly OutputPlan[] _outputs = OutputPlan.CreateAll(metadata);

    /// <summary>Describes the batch, prepares the instance for it, and copies the rows in. The only reader of the callers' memory.</summary>
    /// <param name="instance">The instance of the calling thread.</param>
    /// <param name="batch">Its description; overwritten.</param>
    /// <param name="parts">At least one, all with the same key, none with zero rows.</param>
    /// <param name="paddedRows">Rows of the run; beyond those of the parts the last real row is repeated.</param>
    /// <param name="paddedLength">Length of the run along the ragged axis, at least that of every part; 0 when there is none.</param>
    /// <exception cref="EngineException">The run would exceed the largest buffer (OutOfMemory), or the instance failed.</exception>
    public void Assemble(
        IEngineInstance instance, InferenceBatch batch, ReadOnlySpan<BatchPart> parts, int paddedRows, int paddedLength)
    {
        batch.Begin(paddedRows, paddedLength);
        WantOutputs(batch, parts);
        foreach (var input in _inputs)
        {
            if (input.ElementSize > 0)
            {
                DenseInput.Declare(input, batch, parts);
            }
            else
            {
                BytesInput.Declare(input, batch, parts);
            }
        }

        instance.Prepare(batch);
        foreach (var input in _inputs)
        {
            if (!batch.HasInput(input.Index))
            {
                continue;
            }

            var target = instance.GetInput(input.Index);
            if (target.Length != batch.GetInputByteCount(input.Index))
            {
                throw new EngineException(
                    EngineFault.Run,
                    $"The buffer of input '{input.Name}' has {target.Length} bytes instead of {batch.GetInputByteCount(input.Index)}.");
            }

            if (input.ElementSize > 0)
            {
                DenseInput.Copy(input, batch, parts, target);
            }
            else
            {
                BytesInput.Copy(input, batch, parts, target);
            }
        }
    }

    /// <summary>Copies each part's rows of each output it wants into its response. May be repeated after a failure: rows are overwritten.</summary>
    /// <param name="instance">After a run.</param>
    /// <param name="batch">The batch that ran.</param>
    /// <param name="parts">As they were assembled, in the same order.</param>
    /// <exception cref="EngineException">An output does not have the rows of the run, or parts of a split request differ in shape (Run, with a public message).</exception>
    public void Scatter(IEngineInstance instance, InferenceBatch batch, ReadOnlySpan<BatchPart> parts)
    {
        foreach (var output in _outputs)
        {
            if (!batch.Wants(output.Index))
            {
                continue;
            }

            var shape = instance.GetOutputShape(output.Index);
            var data = instance.GetOutput(output.Index);
            OutputCheck.Run(output, shape, batch, parts);
            if (output.ElementSize > 0)
            {
                OutputCheck.RunData(output, shape, data.Length);
                DenseOutput.Scatter(output, shape, data, batch, parts);
            }
            else
            {
                BytesOutput.Scatter(output, shape, data, batch, parts);
            }
        }
    }

    private static void WantOutputs(InferenceBatch batch, ReadOnlySpan<BatchPart> parts)
    {
        OutputSelection? last = null;
        foreach (ref readonly var part in parts)
        {
            // Selections are shared objects, so that most parts have the one just seen.
            if (part.Layout.Outputs == last)
            {
                continue;
            }

            last = part.Layout.Outputs;
            foreach (var index in last.Order)
            {
                batch.Want(index);
            }
        }
    }
}
