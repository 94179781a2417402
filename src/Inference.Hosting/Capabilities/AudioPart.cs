// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Audio in a message: bytes or an address, one of the two.</summary>
public sealed record AudioPart : ContentPart
{
    /// <summary>The encoded audio; empty when <see cref="Uri"/> is given. The caller's memory, unchanged until the call completes.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Its format, for example <c>wav</c> or <c>mp3</c>; null when unknown.</summary>
    public string? Format { get; init; }

    /// <inheritdoc cref="ImagePart.Uri"/>
    public Uri? Uri { get; init; }

    /// <summary>Kind and length, never content: safe to log.</summary>
    public override string ToString() => $"{nameof(AudioPart)}, {Data.Length} bytes";
}
