// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Remote.Servers;

/// <summary>What is wrong with a server.</summary>
internal enum ServerFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It cannot be reached, or breaks off.</summary>
    Unreachable,

    /// <summary>It answers that it failed.</summary>
    Failing,

    /// <summary>It says that it is not ready.</summary>
    NotReady,

    /// <summary>It does not take our key.</summary>
    KeyRefused,
}
