// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Responses.Reading;

/// <summary>What a request asks for, and how it wants to be answered.</summary>
/// <param name="Chat">The chat that it is. It refers to the body.</param>
/// <param name="Streams">Whether the answer is streamed.</param>
/// <param name="Stores">Whether items of the answer may be kept for a while, so that a later request can refer to them.</param>
internal sealed record ResponseQuery(ChatRequest Chat, bool Streams, bool Stores);
