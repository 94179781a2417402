// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.OnnxRuntime.Graphs;

/// <summary>Along which axis of each input and output rows are stacked.</summary>
/// <param name="Inputs">Null for an input that all rows of a run share.</param>
/// <param name="Outputs">Null for an output whose axis a run has to show.</param>
/// <param name="NeedsProof">Whether symbols leave anything open.</param>
internal sealed record BatchAxes(int?[] Inputs, int?[] Outputs, bool NeedsProof)
{
    /// <summary>Whether rows of different callers may share a run, if the proof succeeds.</summary>
    public bool Exist => Array.Exists(Inputs, axis => axis is not null);

    /// <summary>Finds the axes by what the owner declared and by symbols. What they leave open is axis 0 of inputs, and any axis of outputs, to be proved.</summary>
    /// <exception cref="InferenceException">A declared name or axis is not in the graph.</exception>
    public static BatchAxes Find(OnnxGraph graph, IReadOnlyDictionary<string, int> declared)
    {
        Check(graph, declared);
        var symbol = FindSymbol(graph, declared);
        var proof = false;
        var inputs = Array.ConvertAll(graph.Inputs, InputAxis);
        var outputs = Array.ConvertAll(graph.Outputs, OutputAxis);

        // An output that does not grow with the rows cannot be divided among callers.
        return Array.Exists(inputs, axis => axis is not null) && Array.TrueForAll(graph.Outputs, CanGrow)
            ? new(inputs, outputs, proof)
            : new(new int?[inputs.Length], new int?[outputs.Length], NeedsProof: false);

        int? InputAxis(OnnxTensorInfo tensor)
        {
            var axis = KnownAxis(tensor);
            if (axis is null && tensor.Dimensions is [< 0, ..])
            {
                proof = true;
                return 0;
            }

            return axis < 0 ? null : axis;
        }

        int? OutputAxis(OnnxTensorInfo tensor)
        {
            var axis = KnownAxis(tensor);
            proof |= axis is null;
            return axis < 0 ? null : axis;
        }

        // -1 where the owner says that there is none.
        int? KnownAxis(OnnxTensorInfo tensor)
            => declared.TryGetValue(tensor.Name, out var axis) ? axis
                : symbol is not null && tensor.AxisOf(symbol) is { } named and >= 0 ? named
                : null;

        // An output without dimensions may be of open rank: the proof shows which.
        bool CanGrow(OnnxTensorInfo tensor)
            => declared.GetValueOrDefault(tensor.Name, 0) >= 0
                && (tensor.Dimensions.Length == 0 || Array.Exists(tensor.Dimensions, dimension => dimension < 0));
    }

    /// <summary>The batch symbol: of an input that the owner declared, else of the first input whose axis 0 has one.</summary>
    private static string? FindSymbol(OnnxGraph graph, IReadOnlyDictionary<string, int> declared)
    {
        foreach (var input in graph.Inputs)
        {
            if (declared.TryGetValue(input.Name, out var axis) && axis >= 0 && input.Symbols[axis] is { } symbol)
            {
                return symbol;
            }
        }

        return graph.Inputs
            .Where(input => !declared.ContainsKey(input.Name) && input.Symbols is [not null, ..])
            .Select(input => input.Symbols[0])
            .FirstOrDefault();
    }

    private static void Check(OnnxGraph graph, IReadOnlyDictionary<string, int> declared)
    {
        foreach (var (name, axis) in declared)
        {
            var tensor = graph.Inputs.Concat(graph.Outputs).FirstOrDefault(tensor => tensor.Name == name)
                ?? throw new InferenceException(
                    InferenceErrorCode.NotReady,
                    $"OnnxRuntime:BatchAxes names '{name}', but the graph has {string.Join(", ", graph.Inputs.Concat(graph.Outputs).Select(one => one.Name))}.");
            if (axis >= tensor.Dimensions.Length || (axis >= 0 && tensor.Dimensions[axis] >= 0))
            {
                throw new InferenceException(
                    InferenceErrorCode.NotReady,
                    $"OnnxRuntime:BatchAxes gives axis {axis} for '{name}', whose shape is [{string.Join(',', tensor.Dimensions)}]: name an axis that varies, or -1 for none.");
            }
        }
    }
}
