// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.OnnxRuntime.Graphs;

/// <summary>Turns what the graph says into what the model says of itself.</summary>
internal static class MetadataBuilder
{
    public const string Platform = "onnxruntime_onnx";

    /// <summary>Metadata without batch axes and devices.</summary>
    public static ModelMetadata Build(string model, string version, OnnxGraph graph, IReadOnlyList<string>? labels)
        => new(
            model,
            version,
            [.. graph.Inputs.Select(input => new TensorSpec(input.Name, input.DataType, input.Dimensions))],
            [.. graph.Outputs.Select(output => new TensorSpec(output.Name, output.DataType, output.Dimensions)
            {
                Labels = labels is not null && output.Dimensions is [.., var last] && last == labels.Count ? labels : null,
            })])
        {
            Platform = Platform,
            Properties = graph.Properties,
        };

    /// <summary>The same with batch axes.</summary>
    /// <param name="metadata">Metadata without.</param>
    /// <param name="axes">The axes.</param>
    /// <param name="outputRanks">Ranks that outputs were seen to have, for those whose rank the graph leaves open; null when none was seen.</param>
    public static ModelMetadata WithBatchAxes(ModelMetadata metadata, BatchAxes axes, int[]? outputRanks = null)
        => metadata with
        {
            // The scheduler's own limit counts: a graph with a free axis has none.
            SupportsBatching = true,
            MaxBatchSize = int.MaxValue,
            Inputs = [.. metadata.Inputs.Select((input, i) => input with { BatchAxis = axes.Inputs[i] })],
            Outputs = [.. metadata.Outputs.Select((output, i) => output with
            {
                BatchAxis = axes.Outputs[i],
                Shape = outputRanks is not null && output.Shape.Rank == 0
                    ? TensorShape.Create(Enumerable.Repeat(-1L, outputRanks[i]).ToArray())
                    : output.Shape,
            })],
        };
}
