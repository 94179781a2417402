// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Batching;

/// <summary>Responses of one version, reused. Thread-safe.</summary>
internal sealed class ResponsePool
{
    private readonly ConcurrentQueue<PooledResponse> _free = [];
    private readonly int _capacity;
    private long _rented;
    private long _returned;
    private int _count;

    /// <param name="metadata">As proved: with batch and ragged axes.</param>
    public ResponsePool(ModelMetadata metadata)
    {
        Outputs = OutputPlan.CreateAll(metadata);

        // An idle response holds a little memory for each output.
        _capacity = Math.Clamp(16384 / Math.Max(Outputs.Length, 1), 32, 1024);
    }

    /// <summary>Responses handed out since the start.</summary>
    public long Rented => Interlocked.Read(ref _rented);

    /// <summary>Responses given back; equal to <see cref="Rented"/> when nobody holds one.</summary>
    public long Returned => Interlocked.Read(ref _returned);

    /// <summary>Where the memory of large outputs comes from.</summary>
    public TensorBufferPool Buffers { get; } = new();

    internal OutputPlan[] Outputs { get; }

    internal ShapeCache Shapes { get; } = new();

    /// <summary>A response for a request; it holds no memory until the first part is scattered.</summary>
    public PooledResponse Rent(in RequestLayout layout)
    {
        Interlocked.Increment(ref _rented);
        if (_free.TryDequeue(out var response))
        {
            Interlocked.Decrement(ref _count);
        }
        else
        {
            response = new PooledResponse(this);
        }

        response.Begin(layout);
        return response;
    }

    /// <summary>The complete answer to a request of zero rows.</summary>
    public PooledResponse RentEmpty(in RequestLayout layout)
    {
        var response = Rent(layout);
        foreach (var index in layout.Outputs.Order)
        {
            var output = Outputs[index];
            var shape = output.Spec.Shape.Dimensions.ToArray();
            for (var axis = 0; axis < shape.Length; axis++)
            {
                shape[axis] = axis == output.BatchAxis ? 0
                    : axis == output.RaggedAxis ? OutputPlan.Scale(layout.Length, output.Spec.RaggedScale)
                    : Math.Max(shape[axis], 0);
            }

            // A graph may leave the rank open.
            response.Reserve(output, shape.Length == 0 ? [0] : shape, 0, isWhole: true);
        }

        response.Complete();
        return response;
    }

    internal void TakeBack(PooledResponse response)
    {
        Interlocked.Increment(ref _returned);
        if (Interlocked.Increment(ref _count) <= _capacity)
        {
            _free.Enqueue(response);
        }
        else
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
