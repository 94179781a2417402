// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Chat.Reading;

/// <summary>What a request asks for, and how it wants to be answered.</summary>
/// <param name="Request">The chat. It refers to the body.</param>
/// <param name="Stream">How the answer is streamed; null for a whole one.</param>
/// <param name="UsesFunctions">Whether the client knows functions only, not tools: it is answered with <c>function_call</c>.</param>
internal sealed record ChatQuery(ChatRequest Request, StreamOptions? Stream, bool UsesFunctions);
