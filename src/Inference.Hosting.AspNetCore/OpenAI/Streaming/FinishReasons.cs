// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Streaming;

/// <summary>Why a choice ended, in the words of the protocol, whatever exactly the model said.</summary>
internal static class FinishReasons
{
    /// <summary>The word for a choice of a completion.</summary>
    public static string Of(FinishReason reason) => reason switch
    {
        FinishReason.Length => "length",
        FinishReason.ContentFilter => "content_filter",
        _ => "stop",
    };

    /// <summary>The word for a choice of a chat: agents go on by whether it says that tools were called.</summary>
    /// <param name="reason">What the model said.</param>
    /// <param name="hasCalls">Whether the choice calls tools.</param>
    /// <param name="choice">What the request said: a call that was prescribed by name is a normal end.</param>
    /// <param name="usesFunctions">Whether the client knows functions only.</param>
    public static string Of(FinishReason reason, bool hasCalls, ToolChoice choice, bool usesFunctions)
        => reason is FinishReason.Stop or FinishReason.ToolCalls && hasCalls && choice.Mode != ToolChoiceMode.Named
            ? usesFunctions ? "function_call" : "tool_calls"
            : Of(reason);
}
