// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>Whom a request is for: a model that can serve now, and the version that was asked for.</summary>
public readonly struct V2Target
{
    internal V2Target(ModelInfo model, string? pin, ModelVersionInfo version, ITensorModel tensors, ModelMetadata? metadata)
        => (Model, Pin, Version, Tensors, Metadata) = (model, pin, version, tensors, metadata);

    /// <summary>The model.</summary>
    public ModelInfo Model { get; }

    /// <summary>The version that would answer now.</summary>
    public ModelVersionInfo Version { get; }

    /// <summary>What it takes and gives; null when it does not say.</summary>
    public ModelMetadata? Metadata { get; }

    internal string? Pin { get; }

    internal ITensorModel Tensors { get; }
}
