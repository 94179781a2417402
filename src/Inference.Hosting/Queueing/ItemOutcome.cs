// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Queueing;

/// <summary>How an item ended. The first to set it, under the queue's lock, wins; all later ones do nothing.</summary>
internal enum ItemOutcome
{
    None,
    Ok,
    Failed,
    Cancelled,
    Expired,
}
