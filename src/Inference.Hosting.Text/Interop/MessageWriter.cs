// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;
using AI = Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Interop;

/// <summary>Messages of ours as messages of Microsoft.Extensions.AI.</summary>
internal static class MessageWriter
{
    public static AI.ChatRole Developer { get; } = new("developer");

    public static AI.ChatMessage Write(ChatMessage message) => new(RoleOf(message.Role), Contents(message))
    {
        AuthorName = message.Name,
        AdditionalProperties = Facts(message.AdditionalProperties),
    };

    /// <summary>The call with its arguments; those that are no JSON object stay readable as its raw representation.</summary>
    public static AI.FunctionCallContent Write(ChatToolCall call)
        => JsonValues.TryParse(call.Arguments, out var arguments)
            ? new AI.FunctionCallContent(call.Id, call.Name, arguments) { RawRepresentation = call }
            : new AI.FunctionCallContent(call.Id, call.Name)
            {
                RawRepresentation = call,
                Exception = new InvalidOperationException("The arguments of the call are not a JSON object."),
            };

    public static AI.AdditionalPropertiesDictionary? Facts(IReadOnlyDictionary<string, JsonElement>? properties)
    {
        if (properties is not { Count: > 0 })
        {
            return null;
        }

        var facts = new AI.AdditionalPropertiesDictionary();
        foreach (var (name, value) in properties)
        {
            facts[name] = value;
        }

        return facts;
    }

    private static AI.ChatRole RoleOf(ChatRole role) => role switch
    {
        ChatRole.User => AI.ChatRole.User,
        ChatRole.Assistant => AI.ChatRole.Assistant,
        ChatRole.System => AI.ChatRole.System,
        ChatRole.Tool => AI.ChatRole.Tool,
        _ => Developer,
    };

    private static List<AI.AIContent> Contents(ChatMessage message)
    {
        if (message.Role == ChatRole.Tool)
        {
            return [new AI.FunctionResultContent(message.ToolCallId ?? "", ResultOf(message.Content))];
        }

        var contents = new List<AI.AIContent>();
        if (message.Reasoning is { } reasoning)
        {
            contents.Add(new AI.TextReasoningContent(reasoning));
        }

        contents.AddRange(message.Content.Select(PartReader.Write));
        contents.AddRange(message.ToolCalls.Select(Write));
        return contents;
    }

    private static object ResultOf(IReadOnlyList<ContentPart> content) => content switch
    {
        [] => "",
        [TextPart text] => text.Text,
        _ => content.Select(PartReader.Write).ToList(),
    };
}
