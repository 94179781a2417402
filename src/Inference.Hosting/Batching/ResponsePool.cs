// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>Responses of one version, reused. Thread-safe.</summary>
internal sealed class ResponsePool(ModelMetadata metadata)
{
    /// <summary>Responses handed out since the start.</summary>
    public long Rented => throw new NotImplementedException();

    /// <summary>Responses given back; equal to <see cref="Rented"/> when nobody holds one.</summary>
    public long Returned => throw new NotImplementedException();

    /// <summary>A response for a request; it holds no memory until the first part is scattered.</summary>
    public PooledResponse Rent(in RequestLayout layout) => throw new NotImplementedException(metadata.Name);

    /// <summary>The complete answer to a request of zero rows.</summary>
    public PooledResponse RentEmpty(in RequestLayout layout) => throw new NotImplementedException(metadata.Name);
}
