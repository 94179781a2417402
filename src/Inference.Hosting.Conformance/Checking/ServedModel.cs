// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Conformance.Tensors;

namespace Inference.Hosting.Conformance.Checking;

/// <summary>A model of the server, with what is known of it and what it answered.</summary>
internal sealed class ServedModel(string name)
{
    public string Name => name;

    /// <summary>Where its REST routes begin.</summary>
    public string Path { get; } = "v2/models/" + Uri.EscapeDataString(name);

    /// <summary>Whether it is one of <see cref="ConformanceModels"/>, which answer whatever fits their metadata.</summary>
    public bool IsGenerated { get; } = ConformanceModels.Names.Contains(name);

    /// <summary>Why its metadata could not be read; null when it could.</summary>
    public string? Fault { get; set; }

    public IReadOnlyList<string> Versions { get; set; } = [];

    public IReadOnlyList<TensorInfo> Inputs { get; set; } = [];

    public IReadOnlyList<TensorInfo> Outputs { get; set; } = [];

    /// <summary>Whether all it takes and gives can stand in JSON.</summary>
    public bool IsJson => Inputs.Concat(Outputs).All(tensor => tensor.IsJson);

    /// <summary>Inputs that it took and what it answered, over REST; null before.</summary>
    public Sample? Rest { get; set; }

    /// <summary>Inputs that it took and what it answered, over gRPC; null before.</summary>
    public Sample? Rpc { get; set; }
}
