// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;

/// <summary>A request of an OpenAI route as it came.</summary>
public sealed record PassThroughRequest
{
    /// <summary>The path below <c>/v1/</c>, for example <c>chat/completions</c>.</summary>
    public required string Route { get; init; }

    /// <summary>The body: one JSON object in UTF-8, complete, with a <c>model</c>. The caller's memory, unchanged until the answer is disposed.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>What the client calls the model: the answer calls it the same.</summary>
    public required string Model { get; init; }

    /// <summary>The id of the request, for the server behind; null for none.</summary>
    public string? RequestId { get; init; }

    /// <summary>Route and length, never content: safe to log.</summary>
    public override string ToString() => $"{Route}, {Body.Length} bytes";
}
