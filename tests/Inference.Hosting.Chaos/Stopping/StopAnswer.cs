// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Chaos.Stopping;

/// <summary>How a request to a server that is being stopped ended.</summary>
internal enum StopAnswer
{
    /// <summary>200.</summary>
    Ok,

    /// <summary>503 with a time to retry.</summary>
    Unavailable,

    /// <summary>Nobody listens any more.</summary>
    Refused,

    /// <summary>The connection ended before an answer: the server must not have accepted the request.</summary>
    Closed,

    /// <summary>Anything else; always a violation.</summary>
    Other,
}
