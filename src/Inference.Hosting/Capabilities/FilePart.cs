// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>A file in a message: bytes, an address or an id, one of the three.</summary>
public sealed record FilePart : ContentPart
{
    /// <summary>The content; empty when it is not given. The caller's memory, unchanged until the call completes.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Media type of <see cref="Data"/>, for example <c>application/pdf</c>; null when unknown.</summary>
    public string? MediaType { get; init; }

    /// <inheritdoc cref="ImagePart.Uri"/>
    public Uri? Uri { get; init; }

    /// <summary>Id of a file that the server behind the model knows.</summary>
    public string? FileId { get; init; }

    /// <summary>The file's name; null when unknown.</summary>
    public string? FileName { get; init; }

    /// <summary>Kind and length, never content: safe to log.</summary>
    public override string ToString() => $"{nameof(FilePart)}, {Data.Length} bytes";
}
