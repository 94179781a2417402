// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V1;

/// <summary>One input while it is read: the bytes of all instances in order. Owns their memory.</summary>
internal sealed class V1Input(TensorSpec spec) : IDisposable
{
    public TensorSpec Spec { get; } = spec;

    public PooledBytes Data { get; } = new();

    /// <summary>Where the shape changes from one instance to the next; of a column, one entry: its whole shape.</summary>
    public List<V1Run> Runs { get; } = [];

    /// <summary>Instances that were read; 1 for a column.</summary>
    public int Count { get; private set; }

    /// <summary>Whether callers may leave it out.</summary>
    public bool IsOptional => Spec.IsOptional || Spec.IsMask;

    /// <summary>The instance, or column, whose bytes begin at an offset is complete.</summary>
    public void End(ReadOnlySpan<long> shape, int offset)
    {
        if (Runs.Count == 0 || !Runs[^1].Shape.Dimensions.SequenceEqual(shape))
        {
            Runs.Add(new V1Run(Count, TensorShape.Create(shape), offset));
        }

        Count++;
    }

    public void Dispose() => Data.Dispose();
}
