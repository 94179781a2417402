// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Remote.Tests.V2.Support;

/// <summary>How the two apps of a test speak.</summary>
public enum Way
{
    /// <summary>REST with tensors as bytes.</summary>
    Binary,

    /// <summary>REST with tensors as JSON.</summary>
    Json,

    /// <summary>gRPC.</summary>
    Grpc,
}
