// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting;

/// <summary>The outputs of one request, in memory that returns to a pool on <see cref="Dispose"/>.</summary>
/// <remarks>Outputs must not be read after disposal. Not thread-safe, but disposing twice is harmless.</remarks>
public sealed class InferenceResponse : IDisposable
{
    private ResponseStorage? _storage;

    /// <summary>A response over tensors of the caller's own, for backends and fakes.</summary>
    /// <param name="outputs">The outputs by name.</param>
    /// <param name="timing">How it was answered.</param>
    /// <param name="owner">Disposed with the response; null when nobody needs to know.</param>
    public InferenceResponse(TensorCollection outputs, InferenceTiming timing = default, IDisposable? owner = null)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        _storage = new OwnedResponseStorage(outputs, owner) { Timing = timing };
    }

    internal InferenceResponse(ResponseStorage storage) => _storage = storage;

    /// <summary>Outputs in the order asked for, or the model's.</summary>
    /// <exception cref="ObjectDisposedException">The response was disposed.</exception>
    public TensorCollection Outputs => Storage.Outputs;

    /// <summary>Version, queue time, compute time, batch size, close reason and device.</summary>
    /// <exception cref="ObjectDisposedException">The response was disposed.</exception>
    public InferenceTiming Timing => Storage.Timing;

    /// <summary>Says which other model answered.</summary>
    internal void SetModel(string model) => Storage.Timing = Storage.Timing with { Model = model };

    private ResponseStorage Storage => _storage ?? throw new ObjectDisposedException(nameof(InferenceResponse));

    /// <summary>One output.</summary>
    /// <param name="name">As in the metadata.</param>
    /// <exception cref="KeyNotFoundException">No such output was asked for; the message lists those that were.</exception>
    public InferenceTensor this[string name] => Outputs[name];

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Interlocked.Exchange(ref _storage, null)?.Return();
}
