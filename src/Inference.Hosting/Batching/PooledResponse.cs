// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Batching;

/// <summary>The outputs of one request in pooled memory, written part by part. From <see cref="ResponsePool.Rent"/>.</summary>
internal sealed class PooledResponse : ResponseStorage
{
    internal PooledResponse()
        : base([])
    {
    }

    /// <summary>Publishes the outputs. Once, after the last part was scattered and before the response is handed out.</summary>
    public void Complete() => throw new NotImplementedException();

    /// <summary>Gives memory and object back to the pool; exactly once: by the response, or by the queue when nobody got it.</summary>
    public override void Return() => throw new NotImplementedException();
}
