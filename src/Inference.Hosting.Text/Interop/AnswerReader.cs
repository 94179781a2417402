// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using AI = Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Interop;

/// <summary>The answer of an <see cref="AI.IChatClient"/> as deltas of ours. Used for one answer.</summary>
internal sealed class AnswerReader(ChatRequest request)
{
    // A client may call functions by itself, and tell of it: such calls are not the caller's to make. Only the end shows which are.
    private readonly List<AI.FunctionCallContent> _calls = [];
    private AI.UsageDetails? _usage;
    private AI.ChatFinishReason? _reason;
    private char? _half;

    /// <summary>A step of a stream.</summary>
    /// <exception cref="InferenceException">EngineFailed: the answer says that it failed, or holds what no chat answer here has.</exception>
    public List<ChatDelta> Read(AI.ChatResponseUpdate update)
    {
        _reason = update.FinishReason ?? _reason;
        var deltas = Read(update.Contents);
        if (MessageReader.Facts(update.AdditionalProperties) is { } facts)
        {
            deltas.Add(new ChatDelta { AdditionalProperties = facts });
        }

        return deltas;
    }

    /// <summary>A whole answer.</summary>
    /// <exception cref="InferenceException">As <see cref="Read(AI.ChatResponseUpdate)"/>.</exception>
    public List<ChatDelta> Read(AI.ChatResponse response)
    {
        var deltas = Read(response.Messages.SelectMany(message => message.Contents));
        (_reason, _usage) = (response.FinishReason, response.Usage ?? _usage);
        if (MessageReader.Facts(response.AdditionalProperties) is { } facts)
        {
            deltas.Add(new ChatDelta { AdditionalProperties = facts });
        }

        deltas.AddRange(End());
        return deltas;
    }

    /// <summary>What is left once the stream has ended.</summary>
    public List<ChatDelta> End()
    {
        var deltas = new List<ChatDelta>();
        if (_half is { } half)
        {
            deltas.Add(new ChatDelta { Text = half.ToString() });
        }

        deltas.AddRange(_calls.Select((call, index) => new ChatDelta
        {
            ToolCall = new ChatToolCallDelta(index)
            {
                Id = string.IsNullOrEmpty(call.CallId) ? $"call_{Guid.NewGuid():N}" : call.CallId,
                Name = call.Name,
                Arguments = call is { Arguments: null, RawRepresentation: ChatToolCall raw } ? raw.Arguments : JsonValues.ToText(call.Arguments, "messages"),
            },
        }));
        deltas.Add(new ChatDelta { FinishReason = Reason(), Usage = UsageWriter.Read(_usage) });
        return deltas;
    }

    private List<ChatDelta> Read(IEnumerable<AI.AIContent> contents)
    {
        var deltas = new List<ChatDelta>();
        foreach (var content in contents)
        {
            if (Read(content) is { } delta)
            {
                deltas.Add(delta);
            }
        }

        return deltas;
    }

    private ChatDelta? Read(AI.AIContent content)
    {
        switch (content)
        {
            case AI.TextContent text:
                return Whole(text.Text) is { Length: > 0 } whole ? new ChatDelta { Text = whole } : null;
            case AI.TextReasoningContent reasoning:
                return string.IsNullOrEmpty(reasoning.Text) ? null : new ChatDelta { Reasoning = reasoning.Text };
            case AI.ErrorContent error when string.Equals(error.ErrorCode, PartReader.Refusal, StringComparison.OrdinalIgnoreCase):
                return new ChatDelta { Refusal = error.Message };
            case AI.ErrorContent:
                // Its text is the provider's, for whoever runs the server.
                throw new InferenceException(InferenceErrorCode.EngineFailed, "The client behind the model answered with an error. Try again.");
            case AI.UsageContent usage:
                (_usage ??= new AI.UsageDetails()).Add(usage.Details);
                return null;
            case AI.FunctionCallContent { InformationalOnly: false } call:
                _calls.Add(call);
                return null;
            case AI.FunctionResultContent result:
                _calls.RemoveAll(call => call.CallId == result.CallId);
                return null;
            case AI.ToolCallContent or AI.ToolResultContent:
                return null;
            default:
                return content.GetType() == typeof(AI.AIContent) ? null : throw new InferenceException(
                    InferenceErrorCode.EngineFailed, $"The client behind the model answered with {content.GetType().Name}, which chat answers here do not have.");
        }
    }

    // Text breaks only between characters: half of one waits for its other half.
    private string Whole(string text)
    {
        var whole = _half is { } half ? half + text : text;
        _half = null;
        if (whole.Length > 0 && char.IsHighSurrogate(whole[^1]))
        {
            _half = whole[^1];
            whole = whole[..^1];
        }

        return whole;
    }

    private FinishReason Reason()
        => _reason == AI.ChatFinishReason.Length ? FinishReason.Length
            : _reason == AI.ChatFinishReason.ContentFilter ? FinishReason.ContentFilter
            : _calls.Count > 0 && request.ToolChoice.Mode != ToolChoiceMode.Named ? FinishReason.ToolCalls
            : FinishReason.Stop;
}
