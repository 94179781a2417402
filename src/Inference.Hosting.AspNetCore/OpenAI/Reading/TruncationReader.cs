// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Reading;

/// <summary>Reads <c>truncate_prompt_tokens</c>, vLLM's extension: a number of tokens, or −1 for the model's own limit.</summary>
internal static class TruncationReader
{
    public static PromptTruncation? Read(RequestFields fields, TruncationSide side = TruncationSide.Right)
    {
        const string Name = "truncate_prompt_tokens";
        if (fields.FindInt32(Name, -1) is not { } most)
        {
            return null;
        }

        return most == 0
            ? throw fields.Invalid(Name, "must be at least 1, or -1 for as many as the model takes")
            : new PromptTruncation { MaxTokens = most == -1 ? null : most, Side = side };
    }
}
