// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using Inference.Hosting.Capabilities;
using AI = Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Interop;

/// <summary>Usage, both ways.</summary>
internal static class UsageWriter
{
    private const string Truncated = "truncated_tokens";
    private const string Audio = "prompt_audio_tokens";

    [return: NotNullIfNotNull(nameof(usage))]
    public static AI.UsageDetails? Write(TokenUsage? usage)
    {
        if (usage is null)
        {
            return null;
        }

        var details = new AI.UsageDetails
        {
            InputTokenCount = usage.PromptTokens,
            OutputTokenCount = usage.CompletionTokens,
            TotalTokenCount = usage.TotalTokens,
            CachedInputTokenCount = usage.CachedTokens,
            ReasoningTokenCount = usage.ReasoningTokens,
        };
        Count(details, Truncated, usage.TruncatedTokens);
        Count(details, Audio, usage.PromptAudioTokens);
        return details;
    }

    /// <summary>Null when the details say nothing of tokens.</summary>
    public static TokenUsage? Read(AI.UsageDetails? details)
    {
        if (details is null or { InputTokenCount: null, OutputTokenCount: null, TotalTokenCount: null })
        {
            return null;
        }

        var output = details.OutputTokenCount ?? (details.TotalTokenCount - details.InputTokenCount) ?? 0;
        return new TokenUsage
        {
            PromptTokens = Int32(details.InputTokenCount ?? (details.TotalTokenCount - output) ?? 0),
            CompletionTokens = Int32(output),
            CachedTokens = Int32(details.CachedInputTokenCount ?? 0),
            ReasoningTokens = Int32(details.ReasoningTokenCount ?? 0),
            TruncatedTokens = Int32(Count(details, Truncated)),
            PromptAudioTokens = Int32(Count(details, Audio)),
        };
    }

    private static void Count(AI.UsageDetails details, string name, int count)
    {
        if (count > 0)
        {
            (details.AdditionalCounts ??= [])[name] = count;
        }
    }

    private static long Count(AI.UsageDetails details, string name)
        => details.AdditionalCounts?.TryGetValue(name, out var count) == true ? count : 0;

    private static int Int32(long count) => (int)Math.Clamp(count, 0, int.MaxValue);
}
