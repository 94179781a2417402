// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.OnnxRuntime.Graphs;

/// <summary>What a loaded graph takes and gives, and the facts its file carries.</summary>
/// <param name="Inputs">Required inputs, in the order of the graph.</param>
/// <param name="Outputs">Outputs, in the order of the graph.</param>
/// <param name="Properties">Producer, graph name, version, and the file's own metadata.</param>
internal sealed record OnnxGraph(
    OnnxTensorInfo[] Inputs, OnnxTensorInfo[] Outputs, IReadOnlyDictionary<string, string> Properties);
