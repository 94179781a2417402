// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Grpc;

/// <summary>Marks an endpoint that another one of the same path goes before.</summary>
internal sealed class YieldingMetadata
{
    public static YieldingMetadata Instance { get; } = new();
}
