// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using Inference.Hosting.AspNetCore.OpenAI.Contracts;
using Inference.Hosting.AspNetCore.OpenAI.Responses.Items;
using Inference.Hosting.AspNetCore.OpenAI.Streaming;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Responses;

/// <summary>Turns the steps of an answer into events, in the order on which clients insist: every item opens, grows and closes before the next one.</summary>
/// <param name="response">The response, which grows with the answer.</param>
/// <param name="finished">Told when the answer is whole, before its client is.</param>
internal sealed class ResponseEventWriter(ResponseDraft response, Action finished) : IEventWriter<ChatDelta>, IDisposable
{
    private readonly ResponseEvents _events = new(response);
    private OutputItem? _open;
    private int _callIndex;

    public string? FindFallback(ChatDelta first) => first.Details?.Model;

    public void Begin(IBufferWriter<byte> output)
    {
        _events.Output = output;
        _events.WriteResponse("response.created");
        _events.WriteResponse("response.in_progress");
    }

    public void Write(IBufferWriter<byte> output, ChatDelta delta)
    {
        _events.Output = output;
        response.Usage = delta.Usage ?? response.Usage;
        if (delta.Reasoning is { Length: > 0 } reasoning)
        {
            AddText(PartKind.Reasoning, reasoning, null);
        }

        if (delta.Text is { Length: > 0 } text)
        {
            AddText(PartKind.Text, text, delta.Logprobs);
        }

        if (delta.Refusal is { Length: > 0 } refusal)
        {
            AddText(PartKind.Refusal, refusal, null);
        }

        if (delta.ToolCall is { } call)
        {
            AddCall(call);
        }

        if (delta.FinishReason is { } reason)
        {
            Close(ResponseDraft.StatusOfLast(reason));
            response.Finish(reason);
        }
    }

    public void EnsureComplete()
    {
        if (response.FinishReason is null)
        {
            throw new InferenceException(InferenceErrorCode.EngineFailed, "The model's stream ended before its answer did. Try again.");
        }
    }

    public void End(IBufferWriter<byte> output)
    {
        _events.Output = output;
        if (response.Items.Count == 0)
        {
            // As of a whole answer without a word.
            OpenPart(PartKind.Text);
            Close(ResponseDraft.StatusOfLast(response.FinishReason!.Value));
        }

        finished();
        _events.WriteResponse("response." + response.Status);
    }

    public void Fail(IBufferWriter<byte> output, OpenAIErrorBody error)
    {
        _events.Output = output;
        _events.WriteError(error.Error with { Param = ResponseParameters.Translate(error.Error.Param) });
    }

    public void Dispose() => _events.Dispose();

    private void AddText(PartKind kind, string text, IReadOnlyList<TokenLogprob>? logprobs)
    {
        var item = OpenPart(kind);
        item.Parts[^1].Append(text, logprobs);
        _events.WriteOfPart(EventOf(kind, "delta"), item, writer =>
        {
            writer.WriteString("delta"u8, text);
            if (kind == PartKind.Text)
            {
                OutputPart.WriteLogprobs(writer, logprobs);
            }
        });
    }

    private void AddCall(ChatToolCallDelta delta)
    {
        if (_open is not FunctionCallItem call || _callIndex != delta.Index)
        {
            // A call that is closed cannot be opened again: clients take an item for whole once it is done.
            var name = delta.Name ?? throw new InferenceException(
                InferenceErrorCode.EngineFailed, "The model's stream goes back to a call of a function that it had left. Try again.");
            _callIndex = delta.Index;
            call = Open(new FunctionCallItem(delta.Id, name));
        }

        if (delta.Arguments is { Length: > 0 } arguments)
        {
            call.Append(arguments);
            _events.WriteOfItem("response.function_call_arguments.delta", call, writer => writer.WriteString("delta"u8, arguments));
        }
    }

    private ContentItem OpenPart(PartKind kind)
    {
        var item = _open as ContentItem;
        if (item is null || item is ReasoningItem != (kind == PartKind.Reasoning))
        {
            item = Open<ContentItem>(kind == PartKind.Reasoning ? new ReasoningItem() : new MessageItem());
        }

        if (item.Parts.Count == 0 || item.Parts[^1].Kind != kind)
        {
            ClosePart(item);
            var part = new OutputPart(kind);
            item.Parts.Add(part);
            _events.WriteOfPart("response.content_part.added", item, writer =>
            {
                writer.WritePropertyName("part"u8);
                part.Write(writer);
            });
        }

        return item;
    }

    private TItem Open<TItem>(TItem item)
        where TItem : OutputItem
    {
        Close(ItemStatus.Completed);
        response.Items.Add(item);
        _open = item;
        _events.WriteItem("response.output_item.added", item);
        return item;
    }

    private void Close(ItemStatus status)
    {
        if (_open is not { } item)
        {
            return;
        }

        _open = null;
        item.Status = status;
        switch (item)
        {
            case ContentItem content:
                ClosePart(content);
                break;
            case FunctionCallItem call:
                _events.WriteOfItem("response.function_call_arguments.done", call, writer =>
                {
                    writer.WriteString("name"u8, call.Name);
                    writer.WriteString("arguments"u8, call.Arguments);
                });
                break;
        }

        _events.WriteItem("response.output_item.done", item);
    }

    private void ClosePart(ContentItem item)
    {
        if (item.Parts.Count == 0)
        {
            return;
        }

        var part = item.Parts[^1];
        _events.WriteOfPart(EventOf(part.Kind, "done"), item, writer =>
        {
            writer.WriteString(part.Kind == PartKind.Refusal ? "refusal"u8 : "text"u8, part.Text);
            if (part.Kind == PartKind.Text)
            {
                OutputPart.WriteLogprobs(writer, part.Logprobs);
            }
        });
        _events.WriteOfPart("response.content_part.done", item, writer =>
        {
            writer.WritePropertyName("part"u8);
            part.Write(writer);
        });
    }

    private static string EventOf(PartKind kind, string step) => kind switch
    {
        PartKind.Text => "response.output_text.",
        PartKind.Refusal => "response.refusal.",
        _ => "response.reasoning_text.",
    } + step;
}
