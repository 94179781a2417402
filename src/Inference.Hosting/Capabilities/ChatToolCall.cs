// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>A call of a tool by the model.</summary>
/// <param name="Id">Names the call, so that a tool's message can answer it.</param>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">JSON text of an object, <c>{}</c> when there are none. The model wrote it: it may be invalid unless it was constrained.</param>
public sealed record ChatToolCall(string Id, string Name, string Arguments)
{
    /// <summary>Id and name, never arguments: safe to log.</summary>
    public override string ToString() => $"{Id} {Name}";
}
