// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>A step of a tool call.</summary>
/// <param name="Index">The call among those of its choice, from 0.</param>
public sealed record ChatToolCallDelta(int Index)
{
    /// <summary>Names the call; on its first step only.</summary>
    public string? Id { get; init; }

    /// <summary>The tool; on the call's first step only.</summary>
    public string? Name { get; init; }

    /// <summary>JSON text that is added to the arguments; null for none.</summary>
    public string? Arguments { get; init; }

    /// <summary>Index and name, never arguments: safe to log.</summary>
    public override string ToString() => $"call {Index} {Name}";
}
