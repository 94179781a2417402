// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Inference.Hosting.OnnxRuntime.Graphs;

/// <summary>An input or output as the graph describes it.</summary>
/// <param name="Name">As in the graph.</param>
/// <param name="DataType">The V2 type.</param>
/// <param name="Dimensions">-1 where free; empty for a scalar and for an open rank, which ONNX Runtime does not tell apart.</param>
/// <param name="Symbols">The symbol of each free dimension; null where fixed or without a name.</param>
internal sealed record OnnxTensorInfo(string Name, TensorDataType DataType, long[] Dimensions, string?[] Symbols)
{
    public TensorElementType ElementType { get; } = ElementTypes.ToElementType(DataType);

    public int ElementSize { get; } = DataType.GetElementSize();

    public bool IsBytes => DataType == TensorDataType.Bytes;

    /// <summary>The only axis that carries a symbol; null when none does, -1 when several do.</summary>
    public int? AxisOf(string symbol)
    {
        var first = Array.IndexOf(Symbols, symbol);
        return first < 0 ? null : Array.LastIndexOf(Symbols, symbol) == first ? first : -1;
    }
}
