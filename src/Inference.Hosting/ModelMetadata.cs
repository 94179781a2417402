// SPDX-License-Identifier: Apache-2.0

using System.Collections.ObjectModel;
using Inference.Hosting.Tensors;

namespace Inference.Hosting;

/// <summary>What a version of a model says of itself: from the graph, not from configuration.</summary>
/// <param name="Name">The name of the model.</param>
/// <param name="Version">The version.</param>
/// <param name="Inputs">In the order of the graph.</param>
/// <param name="Outputs">In the order of the graph.</param>
public sealed record ModelMetadata(
    string Name, string Version, IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs)
{
    /// <summary>What executes it, as <c>project_format</c>, for example <c>onnxruntime_onnx</c>.</summary>
    public string Platform { get; init; } = "inference_hosting";

    /// <summary>Whether rows of different callers may share a run.</summary>
    public bool SupportsBatching { get; init; }

    /// <summary>Most rows in one run; 1 when the model does not batch.</summary>
    public int MaxBatchSize { get; init; } = 1;

    /// <summary>Whether a request may be answered several times, or not at all; the V2 model configuration calls such a model decoupled.</summary>
    /// <value>False by default. If true, callers use <see cref="Capabilities.ITensorModel.InferStreamAsync"/>.</value>
    public bool IsDecoupled { get; init; }

    /// <summary>Devices that compute, for example <c>cpu</c> or <c>cuda:0</c>.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>Free facts: the graph's own metadata, and what the backend adds.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}
