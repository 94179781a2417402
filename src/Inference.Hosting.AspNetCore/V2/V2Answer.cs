// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>One answer, in memory that returns to a pool on <see cref="Dispose"/>.</summary>
public readonly struct V2Answer : IDisposable
{
    private readonly InferenceResponse _response;

    internal V2Answer(string model, string version, TensorCollection outputs, InferenceResponse response)
        => (Model, Version, Outputs, _response) = (model, version, outputs, response);

    /// <summary>The name of the model.</summary>
    public string Model { get; }

    /// <summary>The version that answered.</summary>
    public string Version { get; }

    /// <summary>What was asked for, in order. Not to be read after disposal, nor after that of the request, which outputs may be views of.</summary>
    public TensorCollection Outputs { get; }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _response?.Dispose();
}
