// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Chaos.Calls;

/// <summary>How a call ended, in the same words for every door.</summary>
internal enum Outcome
{
    /// <summary>Answered with outputs.</summary>
    Ok,

    /// <summary>The request is wrong: 400.</summary>
    Invalid,

    /// <summary>No such model or version: 404.</summary>
    NotFound,

    /// <summary>Beyond a limit: 413.</summary>
    TooLarge,

    /// <summary>The queue is full: 429.</summary>
    Full,

    /// <summary>Loading, unloaded or shutting down: 503.</summary>
    NotReady,

    /// <summary>A deadline or the time in the queue passed: 504.</summary>
    Late,

    /// <summary>The model failed on the rows: 500.</summary>
    Failed,

    /// <summary>The caller left before an answer: what the server did with the request is not known.</summary>
    Gone,

    /// <summary>Nothing that a door may answer; always a violation.</summary>
    Broken,
}
