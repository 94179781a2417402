// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>Why a request was refused at the door.</summary>
internal enum RefusalReason
{
    None,

    /// <summary>More rows or bytes than the queue ever holds.</summary>
    TooLarge,
    Rows,
    Bytes,
    Time,
    Share,

    /// <summary>It would end after its deadline; later it may not.</summary>
    Deadline,

    /// <summary>Even alone it would end after its deadline.</summary>
    Impossible,
    Breaker,
    Stopped,
}

/// <summary>What the scheduler said to a new item.</summary>
/// <param name="Reason">None when it was taken in.</param>
/// <param name="Wake">An instance whose thread must be signalled, or -1.</param>
internal readonly record struct Admission(RefusalReason Reason, int Wake);
