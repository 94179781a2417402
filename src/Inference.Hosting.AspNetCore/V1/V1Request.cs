// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V1;

/// <summary>A request as it was read. Owns the memory of its tensors.</summary>
/// <param name="metadata">What the model takes.</param>
internal sealed class V1Request(ModelMetadata metadata) : IDisposable
{
    private readonly List<PooledBytes> _moved = [];

    public ModelMetadata Metadata { get; } = metadata;

    /// <summary>All inputs of the model, in its order, given or not.</summary>
    public IReadOnlyList<V1Input> Inputs { get; } = [.. metadata.Inputs.Select(spec => new V1Input(spec))];

    /// <summary>Whether inputs came whole, with the batch axis, and not instance by instance.</summary>
    public bool IsColumnar { get; set; }

    /// <summary>Instances that were read.</summary>
    public int Count { get; set; }

    /// <summary>Memory for bytes that must stand in another order than they came.</summary>
    public PooledBytes Rent()
    {
        var bytes = new PooledBytes();
        _moved.Add(bytes);
        return bytes;
    }

    public void Dispose()
    {
        foreach (var input in Inputs)
        {
            input.Dispose();
        }

        foreach (var bytes in _moved)
        {
            bytes.Dispose();
        }
    }
}
