// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Text in a message.</summary>
/// <param name="Text">The text.</param>
public sealed record TextPart(string Text) : ContentPart
{
    /// <summary>Kind and length, never content: safe to log.</summary>
    public override string ToString() => $"{nameof(TextPart)}, {Text.Length} characters";
}
