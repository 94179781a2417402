// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>One input, or two that the model reads together: a query and a document, a premise and a hypothesis.</summary>
/// <param name="First">The first or only part.</param>
/// <param name="Second">The second part; null for a single input.</param>
public readonly record struct TextPair(TextInput First, TextInput? Second = null)
{
    /// <summary>A single text as an input.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator TextPair(string text) => FromText(text);

    /// <summary>A single text as an input.</summary>
    /// <param name="text">The text.</param>
    public static TextPair FromText(string text) => new(TextInput.FromText(text));
}
