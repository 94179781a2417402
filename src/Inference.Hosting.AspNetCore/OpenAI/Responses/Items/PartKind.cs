// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.OpenAI.Responses.Items;

/// <summary>Kinds of content, each with events of its own.</summary>
internal enum PartKind
{
    /// <summary><c>output_text</c>.</summary>
    Text,

    /// <summary><c>refusal</c>.</summary>
    Refusal,

    /// <summary><c>reasoning_text</c>.</summary>
    Reasoning,
}
