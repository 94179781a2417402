// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;

namespace Inference.Hosting.Conformance.Generated;

/// <summary>A model of a few nodes, with the configuration that a model repository wants beside it.</summary>
/// <param name="Name">Its folder.</param>
/// <param name="MaxBatchSize">Most rows of a batch; the first axis of all tensors.</param>
/// <param name="Inputs">Name, type and the second axis of each input; -1 for free.</param>
/// <param name="Outputs">The same of the outputs.</param>
/// <param name="Nodes">Operator, inputs and output of each node.</param>
internal sealed record GeneratedModel(
    string Name,
    int MaxBatchSize,
    (string Name, TensorDataType Type, int Size)[] Inputs,
    (string Name, TensorDataType Type, int Size)[] Outputs,
    (string Operator, string[] Inputs, string Output)[] Nodes)
{
    public void WriteTo(string folder)
    {
        Graph().Save(Path.Combine(folder, Name, "1", "model.onnx"));
        File.WriteAllText(Path.Combine(folder, Name, "config.pbtxt"), Configuration());
    }

    public OnnxModelWriter Graph()
    {
        var graph = new OnnxModelWriter { GraphName = Name };
        foreach (var (name, type, size) in Inputs)
        {
            graph.Input(name, type, "batch", Axis(size));
        }

        foreach (var (name, type, size) in Outputs)
        {
            graph.Output(name, type, "batch", Axis(size));
        }

        foreach (var (kind, inputs, output) in Nodes)
        {
            graph.Node(kind, inputs, [output]);
        }

        return graph;
    }

    public string Configuration()
    {
        var text = new StringBuilder();
        text.Append($"name: \"{Name}\"\nbackend: \"onnxruntime\"\nmax_batch_size: {MaxBatchSize}\n");
        Append("input", Inputs);
        Append("output", Outputs);
        return text.Append("dynamic_batching { }\ninstance_group [ { kind: KIND_CPU } ]\n").ToString();

        void Append(string kind, (string Name, TensorDataType Type, int Size)[] tensors)
        {
            foreach (var (name, type, size) in tensors)
            {
                var typeName = type == TensorDataType.Bytes ? "STRING" : type.ToV2Name();
                text.Append($"{kind} [ {{ name: \"{name}\" data_type: TYPE_{typeName} dims: [ {size} ] }} ]\n");
            }
        }
    }

    private static OnnxDim Axis(int size) => size < 0 ? "n" : size;
}
