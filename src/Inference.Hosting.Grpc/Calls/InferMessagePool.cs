// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.V2;
using Microsoft.Extensions.ObjectPool;

namespace Inference.Hosting.Grpc.Calls;

/// <summary>Messages to use again.</summary>
internal sealed class InferMessagePool : PooledObjectPolicy<InferMessage>
{
    private readonly V2Operations _operations;
    private readonly ObjectPool<InferMessage> _pool;

    public InferMessagePool(V2Operations operations)
    {
        _operations = operations;
        _pool = new DefaultObjectPool<InferMessage>(this, Environment.ProcessorCount * 8);
    }

    public InferMessage Rent() => _pool.Get();

    public override InferMessage Create() => new(_pool, _operations.CreateRequest());

    public override bool Return(InferMessage obj) => true;
}
