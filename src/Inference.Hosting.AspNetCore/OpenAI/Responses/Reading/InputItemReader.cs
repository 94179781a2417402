// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Responses.Reading;

/// <summary>Turns the items of <c>input</c>, in order, into the messages of a chat: thoughts, words and calls of one turn are one message there.</summary>
/// <param name="info">What the model declares; null while it is not known.</param>
/// <param name="find">Finds an item of an earlier answer by its id; null when it is not known.</param>
internal sealed class InputItemReader(GenerationInfo? info, Func<string, JsonElement?> find)
{
    private readonly InputPartReader _parts = new(info?.Features ?? (GenerationFeatures)(-1));

    // Most models want none of their old thoughts, and need not say so.
    private readonly bool _keepsReasoning = info is null || info.Features.HasFlag(GenerationFeatures.ReasoningHistory);

    private readonly List<ChatMessage> _messages = [];

    /// <summary>The model's turn that goes on; null when somebody else spoke last.</summary>
    private ChatMessage? _turn;

    public void AddInstructions(string text) => _messages.Add(ChatMessage.FromSystem(text));

    public void AddText(string text) => _messages.Add(ChatMessage.FromUser(text));

    /// <summary>Reads one item.</summary>
    /// <exception cref="InferenceException">InvalidInput; Unsupported: an item or a part that is not taken.</exception>
    public void Add(RequestFields item)
    {
        switch (item.FindString("type"))
        {
            case null or "message":
                AddMessage(item);
                break;
            case "function_call":
                AddCall(item);
                break;
            case "function_call_output":
                AddOutput(item);
                break;
            case "reasoning":
                AddReasoning(item);
                break;
            case "item_reference":
                AddReference(item);
                break;
            default:
                throw item.Unsupported(
                    "type", "is of no item that is taken: 'message', 'function_call', 'function_call_output', 'reasoning' and 'item_reference' are");
        }
    }

    /// <summary>All messages so far.</summary>
    public IReadOnlyList<ChatMessage> ToMessages()
    {
        EndTurn();
        return _messages;
    }

    private void AddMessage(RequestFields item)
    {
        switch (item.RequireString("role"))
        {
            case "user":
                Add(ChatRole.User, _parts.RequireAny(item, "content"));
                break;
            case "system":
                Add(ChatRole.System, InputPartReader.RequireText(item, "content"));
                break;
            case "developer":
                Add(ChatRole.Developer, InputPartReader.RequireText(item, "content"));
                break;
            case "assistant":
                var content = InputPartReader.RequireText(item, "content", allowsRefusals: true);
                if (_turn?.Content.Count > 0)
                {
                    EndTurn();
                }

                _turn = Turn() with { Content = content };
                break;
            default:
                throw item.Invalid("role", "must be 'user', 'assistant', 'system' or 'developer'");
        }
    }

    private void AddCall(RequestFields item)
    {
        var call = new ChatToolCall(
            item.RequireString("call_id"),
            item.RequireString("name"),
            item.FindString("arguments") is { Length: > 0 } arguments ? arguments : "{}");
        _turn = Turn() with { ToolCalls = [.. Turn().ToolCalls, call] };
    }

    private void AddOutput(RequestFields item)
    {
        EndTurn();
        _messages.Add(new ChatMessage
        {
            Role = ChatRole.Tool,
            ToolCallId = item.RequireString("call_id"),
            Content = InputPartReader.RequireText(item, "output"),
        });
    }

    private void AddReasoning(RequestFields item)
    {
        var text = string.Concat((item.FindObjects("content") ?? []).Select(part => part.RequireString("text")));
        if (!_keepsReasoning || text.Length == 0)
        {
            return;
        }

        // Thoughts open a turn.
        if (_turn is { Content.Count: > 0 } or { ToolCalls.Count: > 0 })
        {
            EndTurn();
        }

        _turn = Turn() with { Reasoning = Turn().Reasoning + text };
    }

    private void AddReference(RequestFields item)
    {
        var id = item.RequireString("id");
        Add(RequestFields.ToFields(find(id) ?? throw NotFound(item), item.Path));
    }

    private void Add(ChatRole role, IReadOnlyList<ContentPart> content)
    {
        EndTurn();
        _messages.Add(new ChatMessage { Role = role, Content = content });
    }

    private ChatMessage Turn() => _turn ?? new ChatMessage { Role = ChatRole.Assistant };

    private void EndTurn()
    {
        if (_turn is not null)
        {
            _messages.Add(_turn);
            _turn = null;
        }
    }

    private static InferenceException NotFound(RequestFields item) => item.Invalid(
        "id", "refers to an item that is not kept, or no longer: send the item itself, which clients do when the request says 'store': false");
}
