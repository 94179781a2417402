// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Chaos.Calls;

/// <summary>What a call is sent for. Which outcomes it may have is in <see cref="Allowed"/>.</summary>
internal enum CallKind
{
    /// <summary>Nothing is wrong with it and there is room for it.</summary>
    Good,

    /// <summary>The same, with more rows than a batch holds.</summary>
    Large,

    /// <summary>Names a version, which may be unloaded at the moment.</summary>
    Pinned,

    /// <summary>The caller leaves at a random moment.</summary>
    Cancelled,

    /// <summary>Lets the request wait in the queue for a time that is often too short: the V2 parameter <c>timeout</c>.</summary>
    Timeout,

    /// <summary>Has a deadline that often is too short.</summary>
    Deadline,

    /// <summary>For a model with a small queue, from which it is refused when full.</summary>
    Overload,

    /// <summary>For the same model, but waits at the door until there is room.</summary>
    Patient,

    /// <summary>One row makes the model fail.</summary>
    Poison,

    /// <summary>Says something that the door or the model does not understand.</summary>
    Bad,

    /// <summary>Names a model or version that does not exist.</summary>
    Unknown,

    /// <summary>Has more rows than the queue holds.</summary>
    TooLarge,
}
