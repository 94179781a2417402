// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Inference.Hosting.Text.Interop;

namespace Inference.Hosting.Text;

/// <summary>How an <c>IChatClient</c> serves as a model. Section <c>Inference:Models:{name}:ChatClient</c>; reloads.</summary>
public sealed class ChatClientOptions
{
    /// <summary>Most calls at a time; others wait in the model's queue.</summary>
    /// <value>64 by default, from 1.</value>
    public int MaxConcurrency { get; set; } = 64;

    /// <summary>What the client honours. What is missing here is refused by the parameter's name.</summary>
    /// <value>
    /// All that <c>ChatOptions</c> has by default. Less for a client that ignores some of it. More for one that reads additional properties: those
    /// get the names that vLLM gives them, such as <c>min_p</c>. Choices, logprobs and a list of allowed tools cannot be carried.
    /// </value>
    public GenerationFeatures Features { get; set; } = ChatRequestWriter.Carried;

    /// <summary>Most tokens of prompt and answer together, for callers that ask; the client itself enforces it.</summary>
    /// <value>Null by default: unknown.</value>
    public int? ContextLength { get; set; }
}
