// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Conformance.Checking;

/// <summary>Ways into a server.</summary>
[Flags]
internal enum Doors
{
    /// <summary>JSON over HTTP.</summary>
    Rest = 1,

    /// <summary>gRPC.</summary>
    Rpc = 2,
}
