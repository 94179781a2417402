// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Text by which the model declined to answer.</summary>
/// <param name="Text">The text.</param>
public sealed record RefusalPart(string Text) : ContentPart
{
    /// <summary>Kind and length, never content: safe to log.</summary>
    public override string ToString() => $"{nameof(RefusalPart)}, {Text.Length} characters";
}
