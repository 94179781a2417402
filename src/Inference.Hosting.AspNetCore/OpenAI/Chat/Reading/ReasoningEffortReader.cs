// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Chat.Reading;

/// <summary>Reads how long a model is to think.</summary>
internal static class ReasoningEffortReader
{
    /// <summary>Reads the field: <c>reasoning_effort</c> of a chat, <c>effort</c> of a response's <c>reasoning</c>; null when it is absent.</summary>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    public static ReasoningEffort? Read(RequestFields fields, string name) => fields.FindString(name) switch
    {
        null => null,
        "none" => ReasoningEffort.None,
        "minimal" => ReasoningEffort.Minimal,
        "low" => ReasoningEffort.Low,
        "medium" => ReasoningEffort.Medium,
        "high" => ReasoningEffort.High,
        "xhigh" => ReasoningEffort.ExtraHigh,
        _ => throw fields.Invalid(name, "must be 'none', 'minimal', 'low', 'medium', 'high' or 'xhigh'"),
    };
}
