// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting;

/// <summary>What happens to a request that cannot be taken now: its queue is full, or its model is still loading.</summary>
public enum InferenceOverflow
{
    /// <summary>The caller waits, bounded by its token and deadline. The default in process.</summary>
    Wait,

    /// <summary>The caller is refused at once, with a time to retry. The default over HTTP and gRPC.</summary>
    Reject,
}
