// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Tests.Batching;

/// <summary>Analyzer, assembler and pool of one model around one scripted instance, without a scheduler.</summary>
internal sealed class AssemblyBench
{
    public AssemblyBench(ModelMetadata metadata, Action<ScriptedInstance, InferenceBatch>? run = null)
    {
        Metadata = metadata;
        Analyzer = new RequestAnalyzer(metadata);
        Assembler = new BatchAssembler(metadata);
        Pool = new ResponsePool(metadata);
        Batch = new InferenceBatch(metadata);
        Instance = run is null ? ScriptedInstance.Identity(metadata) : new ScriptedInstance(metadata, run);
    }

    public ModelMetadata Metadata { get; }

    public RequestAnalyzer Analyzer { get; }

    public BatchAssembler Assembler { get; }

    public ResponsePool Pool { get; }

    public InferenceBatch Batch { get; }

    public ScriptedInstance Instance { get; }

    public static ModelMetadata Model(TensorSpec[] inputs, TensorSpec[]? outputs = null, bool batches = true)
        => new("m", "1", inputs, outputs ?? [.. inputs.Select(input => input with { Name = $"{input.Name}_out" })])
        {
            SupportsBatching = batches,
            MaxBatchSize = batches ? 64 : 1,
        };

    public static InferenceRequest Request(params (string Name, InferenceTensor Tensor)[] inputs)
    {
        var request = new InferenceRequest();
        foreach (var (name, tensor) in inputs)
        {
            request.Inputs[name] = tensor;
        }

        return request;
    }

    public BatchPart Part(InferenceRequest request, int firstRow = 0, int rows = -1, PooledResponse? response = null)
    {
        var layout = Analyzer.Analyze(request);
        return new(request, layout, response ?? Pool.Rent(layout), firstRow, rows < 0 ? layout.Rows - firstRow : rows);
    }

    public void Run(ReadOnlySpan<BatchPart> parts, int paddedRows = 0, int paddedLength = 0)
    {
        var (rows, length) = (0, 0);
        foreach (var part in parts)
        {
            rows += part.Rows;
            length = Math.Max(length, part.Layout.Length);
        }

        Assembler.Assemble(Instance, Batch, parts, Math.Max(rows, paddedRows), Math.Max(length, paddedLength));
        Instance.Execute(Batch);
        Assembler.Scatter(Instance, Batch, parts);
    }

    public InferenceResponse[] RunWhole(params InferenceRequest[] requests)
    {
        BatchPart[] parts = [.. requests.Select(request => Part(request))];
        Run(parts);
        return [.. parts.Select(part =>
        {
            part.Response.Complete();
            return new InferenceResponse(part.Response);
        })];
    }
}
