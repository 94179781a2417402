// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.Capabilities;


/// <summary>A function that the model may call.</summary>
public sealed record ChatTool
{
    /// <summary>1 to 64 of <c>A-Z a-z 0-9 _ -</c>, unique in a request.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for, as the model reads it.</summary>
    public string? Description { get; init; }

    /// <summary>JSON schema of its arguments; null for a function without arguments. Its document must live until the call completes.</summary>
    public JsonElement? Parameters { get; init; }

    /// <summary>Whether arguments must match the schema also where the model is free to call or not.</summary>
    /// <value>Null by default, which is false.</value>
    public bool? Strict { get; init; }

    /// <summary>Fields that this contract does not know, for backends that pass them on; others ignore them.</summary>
    /// <remarks>Their document must live until the call completes.</remarks>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }
}
