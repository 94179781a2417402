// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.OpenAI.Chat;

/// <summary>What has been sent of one choice.</summary>
internal sealed class ChoiceProgress
{
    /// <summary>Whether its role was told.</summary>
    public bool HasBegun { get; set; }

    public bool IsFinished { get; set; }

    /// <summary>The latest tool call; −1 for none.</summary>
    public int Call { get; set; } = -1;

    /// <summary>Whether arguments of that call were sent.</summary>
    public bool HasArguments { get; set; }
}
