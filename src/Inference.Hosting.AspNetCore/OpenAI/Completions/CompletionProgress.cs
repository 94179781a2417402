// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.OpenAI.Completions;

/// <summary>What has been sent of one choice.</summary>
internal sealed class CompletionProgress
{
    private CompletionLogprobs? _logprobs;

    public bool IsFinished { get; set; }

    /// <summary>Counts offsets over the chunks of the choice.</summary>
    public CompletionLogprobs Logprobs => _logprobs ??= new CompletionLogprobs();
}
