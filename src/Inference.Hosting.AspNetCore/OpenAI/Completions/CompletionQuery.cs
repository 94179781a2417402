// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Completions;

/// <summary>What a request asks for, and how it wants to be answered.</summary>
/// <param name="Request">The prompts. It refers to the body.</param>
/// <param name="Stream">How the answer is streamed; null for a whole one.</param>
internal sealed record CompletionQuery(TextRequest Request, StreamOptions? Stream);
