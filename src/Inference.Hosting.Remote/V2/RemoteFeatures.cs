// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Remote.V2;

/// <summary>What a V2 server can do beyond the protocol, by the extensions it lists.</summary>
[Flags]
internal enum RemoteFeatures
{
    None = 0,

    /// <summary>REST bodies may hold tensors as bytes.</summary>
    BinaryData = 1,

    /// <summary>Requests may have a priority and a time limit in the queue.</summary>
    SchedulePolicy = 2,
}
