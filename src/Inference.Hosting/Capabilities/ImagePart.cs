// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>An image in a message: bytes or an address, one of the two.</summary>
public sealed record ImagePart : ContentPart
{
    /// <summary>The encoded image; empty when <see cref="Uri"/> is given. The caller's memory, unchanged until the call completes.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Media type of <see cref="Data"/>, for example <c>image/png</c>; null when unknown.</summary>
    public string? MediaType { get; init; }

    /// <summary>Where the image is. Only backends that pass it on, or an app that allows the address, read it; others refuse it as Unsupported.</summary>
    public Uri? Uri { get; init; }

    /// <summary>How closely to look: <c>auto</c>, <c>low</c> or <c>high</c>; null for the model's own.</summary>
    public string? Detail { get; init; }

    /// <summary>Kind and length, never content: safe to log.</summary>
    public override string ToString() => $"{nameof(ImagePart)}, {Data.Length} bytes";
}
