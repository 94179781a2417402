// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.OpenAI.Reading;

/// <summary>How an answer is streamed.</summary>
/// <param name="IncludesUsage">Whether the last chunk tells the tokens.</param>
/// <param name="IsUsageContinuous">Whether each chunk tells the tokens so far.</param>
internal sealed record StreamOptions(bool IncludesUsage, bool IsUsageContinuous)
{
    /// <summary>Reads <c>stream</c> and <c>stream_options</c>; null when the answer is not streamed.</summary>
    /// <exception cref="InferenceException">InvalidInput, also options without a stream.</exception>
    public static StreamOptions? Read(RequestFields fields)
    {
        const string Name = "stream_options";
        var streams = fields.FindBoolean("stream") ?? false;
        if (fields.FindObject(Name) is not { } options)
        {
            return streams ? new StreamOptions(false, false) : null;
        }

        return streams
            ? new StreamOptions(options.FindBoolean("include_usage") ?? false, options.FindBoolean("continuous_usage_stats") ?? false)
            : throw fields.Invalid(Name, "is only for a stream: set 'stream' to true, or leave it out");
    }
}
