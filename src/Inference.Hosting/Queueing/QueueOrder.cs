// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Queueing;

/// <summary>Who goes first: by priority with age, then by the tags of fair queueing, then by arrival.</summary>
internal static class QueueOrder
{
    /// <param name="item">One.</param>
    /// <param name="tag">The tag of its next row.</param>
    /// <param name="other">The other.</param>
    /// <param name="otherTag">The tag of its next row.</param>
    /// <param name="ageStep">After how many ns a waiting item rises by one level; 0 for never.</param>
    /// <param name="now">When.</param>
    public static bool GoesBefore(QueueItem item, long tag, QueueItem other, long otherTag, long ageStep, long now)
    {
        var (rank, otherRank) = (Rank(item, ageStep, now), Rank(other, ageStep, now));
        return rank != otherRank ? rank < otherRank
            : tag != otherTag ? tag < otherTag
            : item.Arrival < other.Arrival;
    }

    private static long Rank(QueueItem item, long ageStep, long now)
        => ageStep > 0 ? item.Level - ((now - item.Arrival) / ageStep) : item.Level;
}
