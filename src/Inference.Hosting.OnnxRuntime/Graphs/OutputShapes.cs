// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.OnnxRuntime.Graphs;

/// <summary>Predicts the shape of an output from the shapes of a run's inputs, so that its memory can be bound before the run.</summary>
internal static class OutputShapes
{
    /// <summary>The shape, or null when a dimension follows from data or from no input.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="output">Position of the output.</param>
    /// <param name="batchAxis">The axis that has as many entries as the run has rows, or null.</param>
    /// <param name="rows">Rows of the run.</param>
    /// <param name="inputShapes">Shape of each input of the run; null for one that is left out.</param>
    public static long[]? Predict(OnnxGraph graph, int output, int? batchAxis, int rows, long[]?[] inputShapes)
    {
        var tensor = graph.Outputs[output];
        var shape = new long[tensor.Dimensions.Length];
        for (var axis = 0; axis < shape.Length; axis++)
        {
            var size = tensor.Dimensions[axis] >= 0 ? tensor.Dimensions[axis]
                : tensor.Symbols[axis] is { } symbol && Find(graph, symbol, inputShapes) is { } bound ? bound
                : axis == batchAxis ? rows
                : -1;
            if (size < 0)
            {
                return null;
            }

            shape[axis] = size;
        }

        return shape;
    }

    /// <summary>The size that a symbol has in this run; null when no input carries it, or when inputs disagree.</summary>
    private static long? Find(OnnxGraph graph, string symbol, long[]?[] inputShapes)
    {
        long? size = null;
        for (var i = 0; i < graph.Inputs.Length; i++)
        {
            var symbols = graph.Inputs[i].Symbols;
            for (var axis = 0; axis < symbols.Length; axis++)
            {
                if (symbols[axis] == symbol && inputShapes[i] is { } shape && axis < shape.Length)
                {
                    if (size is not null && size != shape[axis])
                    {
                        return null;
                    }

                    size = shape[axis];
                }
            }
        }

        return size;
    }
}
