// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Inference.Hosting.Capabilities;
using AI = Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Interop;

/// <summary>An answer of ours as one of Microsoft.Extensions.AI, whole or step by step. Used for one answer.</summary>
/// <param name="model">The model's name; null when it is not known.</param>
/// <param name="createdAt">When the answer began.</param>
/// <param name="showsReasoning">Whether reasoning is part of the answer.</param>
internal sealed class ResponseWriter(string? model, DateTimeOffset createdAt, bool showsReasoning)
{
    private const string Logprobs = "logprobs";

    private readonly string _id = $"chatcmpl-{Guid.NewGuid():N}";
    private CallUnderWay? _call;
    private TokenUsage? _usage;

    /// <summary>Whether the answer has ended as it must.</summary>
    public bool IsFinished { get; private set; }

    public AI.ChatResponse Write(ChatResult result)
    {
        var choice = result.Choices[0];
        var message = MessageWriter.Write(showsReasoning ? choice.Message : choice.Message with { Reasoning = null });
        message.MessageId = _id;
        message.CreatedAt = createdAt;
        message.RawRepresentation = choice;
        var response = new AI.ChatResponse(message)
        {
            ResponseId = _id,
            ModelId = model,
            CreatedAt = createdAt,
            FinishReason = ReasonOf(choice.FinishReason),
            Usage = UsageWriter.Write(result.Usage),
            RawRepresentation = result,
            AdditionalProperties = MessageWriter.Facts(result.AdditionalProperties),
        };
        if (choice.Logprobs is { } logprobs)
        {
            (response.AdditionalProperties ??= [])[Logprobs] = logprobs;
        }

        return response;
    }

    /// <summary>One step. Calls of tools are given out whole, once their arguments are complete.</summary>
    /// <returns>Null for a step that shows nothing yet.</returns>
    public AI.ChatResponseUpdate? Write(ChatDelta delta)
    {
        var contents = new List<AI.AIContent>();
        _usage = delta.Usage ?? _usage;
        if (delta.Reasoning is { } reasoning && showsReasoning)
        {
            contents.Add(new AI.TextReasoningContent(reasoning));
        }

        if (delta.Text is { } text)
        {
            contents.Add(new AI.TextContent(text));
        }

        if (delta.Refusal is { } refusal)
        {
            contents.Add(PartReader.Write(new RefusalPart(refusal)));
        }

        if (delta.ToolCall is { } call)
        {
            Gather(call, contents);
        }

        if (delta.FinishReason is not null)
        {
            IsFinished = true;
            Flush(contents);
        }

        if (contents.Count == 0 && delta is { FinishReason: null, Logprobs: null, AdditionalProperties: null })
        {
            return null;
        }

        var update = Update(contents);
        update.FinishReason = delta.FinishReason is { } reason ? ReasonOf(reason) : null;
        update.RawRepresentation = delta;
        update.AdditionalProperties = MessageWriter.Facts(delta.AdditionalProperties);
        if (delta.Logprobs is { } logprobs)
        {
            (update.AdditionalProperties ??= [])[Logprobs] = logprobs;
        }

        return update;
    }

    /// <summary>What the answer cost, after its last step: readers of a stream add usages up, so it is told once.</summary>
    public AI.ChatResponseUpdate? WriteUsage() => UsageWriter.Write(_usage) is { } usage ? Update([new AI.UsageContent(usage)]) : null;

    private static AI.ChatFinishReason ReasonOf(FinishReason reason) => reason switch
    {
        FinishReason.Length => AI.ChatFinishReason.Length,
        FinishReason.ToolCalls => AI.ChatFinishReason.ToolCalls,
        FinishReason.ContentFilter => AI.ChatFinishReason.ContentFilter,
        _ => AI.ChatFinishReason.Stop,
    };

    private void Gather(ChatToolCallDelta delta, List<AI.AIContent> contents)
    {
        // Deltas of a call are not interleaved with those of another: the next one completes the one before.
        if (_call?.Index != delta.Index)
        {
            Flush(contents);
            _call = new CallUnderWay(delta.Index);
        }

        _call.Add(delta);
    }

    private void Flush(List<AI.AIContent> contents)
    {
        if (_call is { } call)
        {
            contents.Add(MessageWriter.Write(call.ToCall()));
            _call = null;
        }
    }

    private AI.ChatResponseUpdate Update(List<AI.AIContent> contents) => new(AI.ChatRole.Assistant, contents)
    {
        ResponseId = _id,
        MessageId = _id,
        ModelId = model,
        CreatedAt = createdAt,
    };

    private sealed class CallUnderWay(int index)
    {
        private readonly StringBuilder _arguments = new();
        private string? _id;
        private string? _name;

        public int Index => index;

        public void Add(ChatToolCallDelta delta)
        {
            _id ??= delta.Id;
            _name ??= delta.Name;
            _arguments.Append(delta.Arguments);
        }

        public ChatToolCall ToCall() => new(_id ?? "", _name ?? "", _arguments.Length == 0 ? JsonValues.EmptyObject : _arguments.ToString());
    }
}
