// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using NativeMetadata = Microsoft.ML.OnnxRuntime.ModelMetadata;

namespace Inference.Hosting.OnnxRuntime.Graphs;

/// <summary>Reads inputs, outputs and facts from a session.</summary>
internal static class OnnxMetadataReader
{
    /// <exception cref="InferenceException">An input or output is of a kind that cannot be served; the message names it.</exception>
    public static OnnxGraph Read(InferenceSession session)
    {
        // Initializers that are also inputs are optional, and not listed here.
        var inputs = session.InputNames.Select(name => Read("input", name, session.InputMetadata[name])).ToArray();
        var outputs = session.OutputNames.Select(name => Read("output", name, session.OutputMetadata[name])).ToArray();
        return new(inputs, outputs, ReadProperties(session.ModelMetadata));
    }

    public static InferenceException Refuse(string side, string name, string what)
        => new(
            InferenceErrorCode.NotReady,
            $"The graph's {side} '{name}' is {what}, which cannot be served. Export the model with tensors of a plain type instead.");

    private static OnnxTensorInfo Read(string side, string name, NodeMetadata node)
    {
        if (node.OnnxValueType != OnnxValueType.ONNX_TYPE_TENSOR)
        {
            throw Refuse(side, name, node.OnnxValueType switch
            {
                OnnxValueType.ONNX_TYPE_SEQUENCE => "a sequence",
                OnnxValueType.ONNX_TYPE_MAP => "a map",
                OnnxValueType.ONNX_TYPE_OPTIONAL => "an optional",
                OnnxValueType.ONNX_TYPE_SPARSETENSOR => "a sparse tensor",
                _ => "of an unknown kind",
            });
        }

        var type = ElementTypes.ToDataType(node.ElementDataType)
            ?? throw Refuse(side, name, $"a tensor of {node.ElementDataType}");
        var dimensions = Array.ConvertAll(node.Dimensions, dimension => (long)dimension);
        var symbols = new string?[dimensions.Length];
        for (var i = 0; i < symbols.Length; i++)
        {
            // ONNX Runtime gives an empty symbol to fixed dimensions and to free ones without a name.
            symbols[i] = dimensions[i] < 0 && node.SymbolicDimensions[i] is { Length: > 0 } symbol ? symbol : null;
        }

        return new(name, type, dimensions, symbols);
    }

    private static Dictionary<string, string> ReadProperties(NativeMetadata model)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in model.CustomMetadataMap)
        {
            properties[key] = value;
        }

        Add("onnx.producer", model.ProducerName);
        Add("onnx.graph", model.GraphName);
        Add("onnx.domain", model.Domain);
        Add("onnx.description", model.Description);

        // A model without a version reports the largest number there is.
        Add("onnx.version", model.Version == long.MaxValue ? "" : model.Version.ToString(CultureInfo.InvariantCulture));
        return properties;

        void Add(string key, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                properties.TryAdd(key, value);
            }
        }
    }
}
