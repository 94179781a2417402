// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.Capabilities;


/// <summary>One message of a chat.</summary>
public sealed record ChatMessage
{
    /// <summary>Who speaks.</summary>
    public required ChatRole Role { get; init; }

    /// <summary>What is said, in order.</summary>
    /// <value>Empty by default, which an assistant's message that only calls tools may be.</value>
    public IReadOnlyList<ContentPart> Content { get; init; } = [];

    /// <summary>The speaker's name, for templates that show it; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>What the model thought before it answered; of an assistant's message.</summary>
    public string? Reasoning { get; init; }

    /// <summary>The tools that an assistant's message calls.</summary>
    public IReadOnlyList<ChatToolCall> ToolCalls { get; init; } = [];

    /// <summary>The call that a tool's message answers.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>Fields that this contract does not know, for backends that pass them on; others ignore them.</summary>
    /// <remarks>Their document must live until the call completes.</remarks>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }

    /// <summary>All text parts together, without anything between them.</summary>
    public string Text => Content is [TextPart only] ? only.Text : string.Concat(Content.OfType<TextPart>().Select(part => part.Text));

    /// <summary>All refusals together; null when there are none.</summary>
    public string? Refusal => Content.Any(part => part is RefusalPart)
        ? string.Concat(Content.OfType<RefusalPart>().Select(part => part.Text))
        : null;

    /// <summary>A message of the user.</summary>
    /// <param name="text">What is said.</param>
    public static ChatMessage FromUser(string text) => new() { Role = ChatRole.User, Content = [new TextPart(text)] };

    /// <summary>A message of the model.</summary>
    /// <param name="text">What is said.</param>
    public static ChatMessage FromAssistant(string text) => new() { Role = ChatRole.Assistant, Content = [new TextPart(text)] };

    /// <summary>Rules for the whole chat.</summary>
    /// <param name="text">What is said.</param>
    public static ChatMessage FromSystem(string text) => new() { Role = ChatRole.System, Content = [new TextPart(text)] };

    /// <summary>The answer of a tool.</summary>
    /// <param name="toolCallId">The call that is answered.</param>
    /// <param name="text">The answer.</param>
    public static ChatMessage FromTool(string toolCallId, string text)
        => new() { Role = ChatRole.Tool, ToolCallId = toolCallId, Content = [new TextPart(text)] };

    /// <summary>Role and number of parts, never content: safe to log.</summary>
    public override string ToString() => $"{Role}, {Content.Count} parts";
}
