// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;

namespace Inference.Hosting.Batching;

/// <summary>Runs rows that no caller sent: for warm-up, and as the canary that tells a sick engine from bad data.</summary>
internal sealed class SampleRunner(
    ModelMetadata metadata,
    RequestAnalyzer analyzer,
    BatchAssembler assembler,
    ResponsePool responses,
    Func<int, InferenceRequest>? sample)
{
    /// <summary>Runs the sample in some rows.</summary>
    /// <param name="instance">On its thread.</param>
    /// <param name="batch">Overwritten.</param>
    /// <param name="rows">Rows of the run.</param>
    /// <param name="length">Ragged length; 0 when there is none.</param>
    /// <exception cref="EngineException">The run failed.</exception>
    /// <exception cref="InferenceException">The sample is not a request of the model.</exception>
    public void Run(IEngineInstance instance, InferenceBatch batch, int rows, int length)
    {
        var request = sample?.Invoke(length) ?? WarmupSample.Create(metadata, length);
        var layout = analyzer.Analyze(request);
        if (layout.Rows != 1)
        {
            throw new InferenceException(
                InferenceErrorCode.InvalidInput, $"The warm-up sample has {layout.Rows} rows: make one of a single row.");
        }

        var response = responses.Rent(layout);
        try
        {
            var parts = new BatchPart[rows];
            Array.Fill(parts, new BatchPart(request, layout, response, 0, 1));
            assembler.Assemble(instance, batch, parts, rows, Math.Max(length, layout.Length));
            instance.Execute(batch);
            assembler.Scatter(instance, batch, parts);
        }
        finally
        {
            response.Return();
        }
    }
}
