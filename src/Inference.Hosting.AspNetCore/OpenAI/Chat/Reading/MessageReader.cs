// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Chat.Reading;

/// <summary>Reads the messages of one chat, in order.</summary>
/// <param name="info">What the model declares; null while it is not known.</param>
internal sealed class MessageReader(GenerationInfo? info)
{
    private readonly ContentReader _content = new(info?.Features ?? (GenerationFeatures)(-1));

    // Clients give back what they were told. Most models want none of their old thoughts, and need not say so.
    private readonly bool _keepsReasoning = info is null || info.Features.HasFlag(GenerationFeatures.ReasoningHistory);

    private Dictionary<string, string>? _functionCalls;

    /// <summary>Reads <c>messages</c>, which must be there.</summary>
    /// <exception cref="InferenceException">InvalidInput, with the path of what is wrong; Unsupported: content that the model does not take.</exception>
    public IReadOnlyList<ChatMessage> Require(RequestFields fields)
    {
        const string Name = "messages";
        var items = fields.FindObjects(Name) ?? throw fields.Missing(Name);
        return items.Count > 0
            ? [.. items.Select(Read)]
            : throw fields.Invalid(Name, "is empty: give at least one message");
    }

    private ChatMessage Read(RequestFields message) => message.RequireString("role") switch
    {
        "user" => new ChatMessage
        {
            Role = ChatRole.User,
            Content = _content.RequireAny(message),
            Name = message.FindString("name"),
        },
        "system" => ReadRules(message, ChatRole.System),
        "developer" => ReadRules(message, ChatRole.Developer),
        "assistant" => ReadAssistant(message),
        "tool" => ReadAnswer(message, message.RequireString("tool_call_id")),
        "function" => ReadAnswer(message, FindFunctionCall(message.RequireString("name"))),
        _ => throw message.Invalid("role", "must be 'system', 'developer', 'user', 'assistant', 'tool' or 'function'"),
    };

    private static ChatMessage ReadRules(RequestFields message, ChatRole role) => new()
    {
        Role = role,
        Content = ContentReader.FindText(message) ?? throw message.Missing("content"),
        Name = message.FindString("name"),
    };

    private static ChatMessage ReadAnswer(RequestFields message, string callId) => new()
    {
        Role = ChatRole.Tool,
        Content = ContentReader.FindText(message) ?? throw message.Missing("content"),
        Name = message.FindString("name"),
        ToolCallId = callId,
    };

    private ChatMessage ReadAssistant(RequestFields message)
    {
        var content = ContentReader.FindText(message, allowsRefusals: true) ?? [];
        if (message.FindString("refusal") is { Length: > 0 } refusal)
        {
            content = [.. content, new RefusalPart(refusal)];
        }

        var reasoning = message.FindString("reasoning_content") ?? message.FindString("reasoning");
        return new ChatMessage
        {
            Role = ChatRole.Assistant,
            Content = content,
            Name = message.FindString("name"),
            Reasoning = _keepsReasoning && reasoning is { Length: > 0 } ? reasoning : null,
            ToolCalls = ReadCalls(message),
        };
    }

    private List<ChatToolCall> ReadCalls(RequestFields message)
    {
        List<ChatToolCall> calls = [];
        foreach (var call in message.FindObjects("tool_calls") ?? [])
        {
            if (call.Has("type"))
            {
                ToolReader.RequireFunction(call);
            }

            calls.Add(ReadCall(call.RequireObject("function"), call.RequireString("id")));
        }

        if (message.FindObject("function_call") is { } old)
        {
            // Calls had no ids; answers name the function.
            var made = ReadCall(old, $"call_{(_functionCalls ??= []).Count}");
            _functionCalls[made.Name] = made.Id;
            calls.Add(made);
        }

        return calls;
    }

    private static ChatToolCall ReadCall(RequestFields function, string id)
        => new(id, function.RequireString("name"), function.FindString("arguments") is { Length: > 0 } arguments ? arguments : "{}");

    private string FindFunctionCall(string name) => _functionCalls?.GetValueOrDefault(name) ?? $"call_{name}";
}
