// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary>Where the results of capabilities tell what the call cost.</summary>
internal static class CallUsage
{
    /// <summary>Finds it.</summary>
    /// <returns>False for results that do not tell by their nature.</returns>
    public static bool TryGet(object? result, out TokenUsage? usage)
    {
        (var tells, usage) = result switch
        {
            ChatResult chat => (true, chat.Usage),
            ChatDelta chat => (true, chat.Usage),
            TextResult text => (true, text.Usage),
            TextDelta text => (true, text.Usage),
            EmbeddingResult embeddings => (true, embeddings.Usage),
            RerankResult ranks => (true, ranks.Usage),
            ScoreResult scores => (true, scores.Usage),
            ClassificationResult classes => (true, classes.Usage),
            _ => (false, (TokenUsage?)null),
        };
        return tells;
    }
}
