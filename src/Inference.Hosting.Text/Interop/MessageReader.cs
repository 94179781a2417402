// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;
using AI = Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Interop;

/// <summary>Messages of Microsoft.Extensions.AI as messages of ours.</summary>
internal static class MessageReader
{
    private const string Messages = "messages";

    /// <summary>All messages of a chat; each tool result becomes a message of its own.</summary>
    /// <exception cref="InferenceException">InvalidInput, Unsupported: a role or content that no chat here has.</exception>
    public static List<ChatMessage> Read(IEnumerable<AI.ChatMessage> messages, string? instructions)
    {
        var read = new List<ChatMessage>();
        if (!string.IsNullOrEmpty(instructions))
        {
            read.Add(ChatMessage.FromSystem(instructions));
        }

        foreach (var message in messages)
        {
            Read(message, read);
        }

        return read.Count > 0 ? read : throw Fault.Invalid(
            Messages, InferenceErrorReasons.InvalidValue, "The chat has no messages. Give at least one.");
    }

    /// <summary>The facts of a message that are JSON: others are notes of the app, and none of the model's business.</summary>
    public static Dictionary<string, JsonElement>? Facts(AI.AdditionalPropertiesDictionary? properties)
    {
        Dictionary<string, JsonElement>? facts = null;
        foreach (var (name, value) in properties ?? [])
        {
            if (value is JsonElement element)
            {
                (facts ??= [])[name] = element;
            }
        }

        return facts;
    }

    private static void Read(AI.ChatMessage message, List<ChatMessage> read)
    {
        var role = RoleOf(message.Role);
        var content = new List<ContentPart>();
        var calls = new List<ChatToolCall>();
        var results = new List<ChatMessage>();
        string? reasoning = null;
        foreach (var item in message.Contents)
        {
            switch (item)
            {
                case AI.TextReasoningContent thought:
                    reasoning += thought.Text;
                    break;
                case AI.FunctionCallContent call:
                    calls.Add(ToCall(call));
                    break;
                case AI.FunctionResultContent result:
                    results.Add(ToMessage(result, message.AuthorName));
                    break;
                case AI.UsageContent:
                    // What an earlier answer cost is no part of the chat.
                    break;
                case AI.ErrorContent error when !IsRefusal(error):
                    // So is how an earlier answer failed.
                    break;
                default:
                    content.Add(PartReader.Read(item));
                    break;
            }
        }

        if (role == ChatRole.Tool && results.Count == 0)
        {
            throw Fault.Invalid(
                Messages, InferenceErrorReasons.InvalidValue, "A message of the role 'tool' has no FunctionResultContent, which says the call that it answers.");
        }

        // Results follow the calls that they answer, and go before what the user says.
        var isAnswer = role is ChatRole.Tool or ChatRole.User;
        read.AddRange(isAnswer ? results : []);
        if (content.Count > 0 || calls.Count > 0 || reasoning is not null || results.Count == 0)
        {
            read.Add(new ChatMessage
            {
                Role = role == ChatRole.Tool ? ChatRole.User : role,
                Content = content,
                Name = message.AuthorName,
                Reasoning = reasoning,
                ToolCalls = calls,
                AdditionalProperties = Facts(message.AdditionalProperties),
            });
        }

        read.AddRange(isAnswer ? [] : results);
    }

    private static ChatRole RoleOf(AI.ChatRole role)
        => role == AI.ChatRole.User ? ChatRole.User
            : role == AI.ChatRole.Assistant ? ChatRole.Assistant
            : role == AI.ChatRole.System ? ChatRole.System
            : role == AI.ChatRole.Tool ? ChatRole.Tool
            : role == MessageWriter.Developer ? ChatRole.Developer
            : throw Fault.Invalid(
                Messages, InferenceErrorReasons.InvalidValue, $"A message has the role '{role.Value}'. Roles are system, developer, user, assistant and tool.");

    private static ChatToolCall ToCall(AI.FunctionCallContent call)
        => new(call.CallId, call.Name, call is { Arguments: null, RawRepresentation: ChatToolCall raw }
            ? raw.Arguments
            : JsonValues.ToText(call.Arguments, Messages));

    private static ChatMessage ToMessage(AI.FunctionResultContent result, string? name) => new()
    {
        Role = ChatRole.Tool,
        ToolCallId = result.CallId,
        Name = name,
        Content = result.Result switch
        {
            AI.AIContent content => [PartReader.Read(content)],
            IEnumerable<AI.AIContent> contents => [.. contents.Select(PartReader.Read)],
            _ => [new TextPart(TextOf(result))],
        },
    };

    private static string TextOf(AI.FunctionResultContent result) => result.Result switch
    {
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } element => element.GetString()!,

        // The exception's own text may say what is not meant for a model.
        null => result.Exception is not null ? "Error: The function failed." : "",
        var other => JsonValues.ToElement(other, Messages).GetRawText(),
    };

    private static bool IsRefusal(AI.ErrorContent error) => string.Equals(error.ErrorCode, PartReader.Refusal, StringComparison.OrdinalIgnoreCase);
}
