// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>A part of a message: <see cref="TextPart"/>, <see cref="ImagePart"/>, <see cref="AudioPart"/>, <see cref="FilePart"/> or <see cref="RefusalPart"/>. Closed.</summary>
public abstract record ContentPart
{
    private protected ContentPart()
    {
    }

    /// <summary>The kind, never content: safe to log.</summary>
    public override string ToString() => GetType().Name;
}
