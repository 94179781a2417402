// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Chat.Reading;
using Inference.Hosting.AspNetCore.OpenAI.Contracts;
using Inference.Hosting.AspNetCore.OpenAI.Streaming;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Chat;

/// <summary>Writes the chunks of a chat: one choice each; its role first, how it ended last and alone.</summary>
internal sealed class ChatEventWriter(AnswerIdentity identity, ChatQuery query) : IEventWriter<ChatDelta>
{
    private readonly ChunkFrame _frame = new(identity, "chat.completion.chunk", query.Stream!);
    private readonly Dictionary<int, ChoiceProgress> _choices = [];

    // The choice of the step before: with a single choice, always the one.
    private ChoiceProgress? _latest;
    private int _latestIndex = -1;

    public string? FindFallback(ChatDelta first) => first.Details?.Model;

    public void Begin(IBufferWriter<byte> output)
    {
    }

    public void Write(IBufferWriter<byte> output, ChatDelta delta)
    {
        _frame.Count(delta.Usage);
        var choice = Find(delta.Choice);
        if (choice.IsFinished)
        {
            return;
        }

        if (!choice.HasBegun)
        {
            choice.HasBegun = true;
            WriteField(output, delta.Choice, "\"role\":\"assistant\",\"content\":\"\",\"refusal\":null"u8, null, default, null);
        }

        var logprobs = delta.Logprobs is { Count: > 0 } tokens ? tokens : null;
        if (!string.IsNullOrEmpty(delta.Reasoning))
        {
            WriteReasoning(output, delta.Choice, delta.Reasoning);
        }

        // Tokens without a text of their own, such as half a character, are told all the same.
        if (!string.IsNullOrEmpty(delta.Text) || logprobs is not null)
        {
            WriteField(output, delta.Choice, "\"content\":\""u8, delta.Text ?? "", "\""u8, logprobs);
        }

        if (!string.IsNullOrEmpty(delta.Refusal))
        {
            WriteField(output, delta.Choice, "\"refusal\":\""u8, delta.Refusal, "\""u8, null);
        }

        if (delta.ToolCall is { } call)
        {
            WriteCall(output, delta.Choice, choice, call);
        }

        if (delta.FinishReason is { } reason)
        {
            EndCall(output, delta.Choice, choice);
            choice.IsFinished = true;
            var text = _frame.Begin(output, delta.Choice);
            text.Write(",\"delta\":{}"u8);
            var word = FinishReasons.Of(reason, choice.Call >= 0, query.Request.ToolChoice, query.UsesFunctions);
            _frame.End(ref text, output, finish: word, stop: delta.StopMatch);
        }
    }

    public void EnsureComplete()
    {
        if (_choices.Count == 0 || _choices.Values.Any(choice => !choice.IsFinished))
        {
            throw new InferenceException(InferenceErrorCode.EngineFailed, "The model's stream ended before its answer did. Try again.");
        }
    }

    public void End(IBufferWriter<byte> output) => _frame.EndStream(output);

    public void Fail(IBufferWriter<byte> output, OpenAIErrorBody error) => ChunkFrame.Fail(output, error);

    private ChoiceProgress Find(int index)
    {
        if (_latest is not null && index == _latestIndex)
        {
            return _latest;
        }

        if (!_choices.TryGetValue(index, out var choice))
        {
            _choices[index] = choice = new ChoiceProgress();
        }

        (_latest, _latestIndex) = (choice, index);
        return choice;
    }

    private void WriteField(
        IBufferWriter<byte> output,
        int choice,
        ReadOnlySpan<byte> before,
        string? value,
        ReadOnlySpan<byte> after,
        IReadOnlyList<TokenLogprob>? logprobs)
    {
        var text = _frame.Begin(output, choice);
        text.Write(",\"delta\":{"u8);
        text.Write(before);
        text.WriteEscaped(value);
        text.Write(after);
        text.Write("}"u8);
        _frame.End(ref text, output, logprobs is null ? null : ToWriter(logprobs));
    }

    // A lambda in the caller would cost every event its closure.
    private static Action<Utf8JsonWriter> ToWriter(IReadOnlyList<TokenLogprob> logprobs) => writer => Logprobs.Write(writer, logprobs);

    private void WriteReasoning(IBufferWriter<byte> output, int choice, string reasoning)
    {
        // Clients read the one or the other.
        var text = _frame.Begin(output, choice);
        text.Write(",\"delta\":{\"reasoning_content\":"u8);
        text.WriteString(reasoning);
        text.Write(",\"reasoning\":"u8);
        text.WriteString(reasoning);
        text.Write("}"u8);
        _frame.End(ref text, output);
    }

    private void WriteCall(IBufferWriter<byte> output, int index, ChoiceProgress choice, ChatToolCallDelta call)
    {
        if (query.UsesFunctions && call.Index > 0)
        {
            return;
        }

        if (call.Index > choice.Call)
        {
            EndCall(output, index, choice);
            (choice.Call, choice.HasArguments) = (call.Index, false);
            OpenCall(output, index, call);
        }

        if (!string.IsNullOrEmpty(call.Arguments))
        {
            choice.HasArguments = true;
            WriteArguments(output, index, call.Index, call.Arguments);
        }
    }

    private void OpenCall(IBufferWriter<byte> output, int index, ChatToolCallDelta call)
    {
        var text = _frame.Begin(output, index);
        if (query.UsesFunctions)
        {
            text.Write(",\"delta\":{\"function_call\":{\"name\":"u8);
            text.WriteString(call.Name);
            text.Write(",\"arguments\":\"\"}}"u8);
        }
        else
        {
            text.Write(",\"delta\":{\"tool_calls\":[{\"index\":"u8);
            text.Write(call.Index);
            text.Write(",\"id\":"u8);
            text.WriteString(call.Id is { Length: > 0 } id ? id : OpenAIIds.Create("call_", OpenAIIds.CallLength));
            text.Write(",\"type\":\"function\",\"function\":{\"name\":"u8);
            text.WriteString(call.Name);
            text.Write(",\"arguments\":\"\"}}]}"u8);
        }

        _frame.End(ref text, output);
    }

    // Some clients take a repeated id, type or name for another call, even an empty one.
    private void WriteArguments(IBufferWriter<byte> output, int index, int call, string arguments)
    {
        var text = _frame.Begin(output, index);
        if (query.UsesFunctions)
        {
            text.Write(",\"delta\":{\"function_call\":{\"arguments\":"u8);
            text.WriteString(arguments);
            text.Write("}}"u8);
        }
        else
        {
            text.Write(",\"delta\":{\"tool_calls\":[{\"index\":"u8);
            text.Write(call);
            text.Write(",\"function\":{\"arguments\":"u8);
            text.WriteString(arguments);
            text.Write("}}]}"u8);
        }

        _frame.End(ref text, output);
    }

    private void EndCall(IBufferWriter<byte> output, int index, ChoiceProgress choice)
    {
        if (choice is { Call: >= 0, HasArguments: false })
        {
            choice.HasArguments = true;
            WriteArguments(output, index, choice.Call, "{}");
        }
    }
}
