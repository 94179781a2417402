// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;

namespace Inference.Hosting.Batching;

/// <summary>Runs copies of a one-row request outside of any queue, to see which shapes come out.</summary>
internal static class ProbeRun
{
    /// <summary>The shapes of all outputs, by position.</summary>
    /// <param name="instance">On its own thread.</param>
    /// <param name="metadata">The model as far as it is known.</param>
    /// <param name="sample">One row.</param>
    /// <param name="copies">Rows of the run, all the same.</param>
    /// <exception cref="InferenceException">InvalidInput: the sample does not fit the model.</exception>
    /// <exception cref="EngineException">The run failed.</exception>
    public static long[][] Shapes(IEngineInstance instance, ModelMetadata metadata, InferenceRequest sample, int copies)
    {
        sample.Outputs = null;
        var layout = new RequestAnalyzer(metadata).Analyze(sample);
        var part = new BatchPart(sample, layout, null!, 0, 1);
        var parts = new BatchPart[copies];
        Array.Fill(parts, part);
        var batch = new InferenceBatch(metadata);
        new BatchAssembler(metadata).Assemble(instance, batch, parts, copies, layout.Length);
        instance.Execute(batch);
        return [.. metadata.Outputs.Select((_, index) => instance.GetOutputShape(index).ToArray())];
    }
}
