// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting;

/// <summary>What a response points at. Apart from the response, so that it can be pooled while a stale response can only fail.</summary>
internal abstract class ResponseStorage(TensorCollection outputs)
{
    public TensorCollection Outputs { get; } = outputs;

    public InferenceTiming Timing { get; set; }

    /// <summary>Called once, when the response is disposed.</summary>
    public abstract void Return();
}

internal sealed class OwnedResponseStorage(TensorCollection outputs, IDisposable? owner) : ResponseStorage(outputs)
{
    public override void Return() => owner?.Dispose();
}
