// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Contracts;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.AspNetCore.OpenAI.Streaming;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Completions;

/// <summary>Writes the chunks of a completion: one choice each; how it ended last and alone.</summary>
internal sealed class CompletionEventWriter(AnswerIdentity identity, StreamOptions options) : IEventWriter<TextDelta>
{
    private readonly ChunkFrame _frame = new(identity, "text_completion", options);
    private readonly Dictionary<int, CompletionProgress> _choices = [];

    public string? FindFallback(TextDelta first) => first.Details?.Model;

    public void Begin(IBufferWriter<byte> output)
    {
    }

    public void Write(IBufferWriter<byte> output, TextDelta delta)
    {
        _frame.Count(delta.Usage);
        if (!_choices.TryGetValue(delta.Choice, out var choice))
        {
            _choices[delta.Choice] = choice = new CompletionProgress();
        }

        if (choice.IsFinished)
        {
            return;
        }

        var logprobs = delta.Logprobs is { Count: > 0 } tokens ? tokens : null;
        if (!string.IsNullOrEmpty(delta.Text) || logprobs is not null)
        {
            var text = Begin(output, delta.Choice, delta.Text);
            _frame.End(ref text, output, logprobs is null ? null : ToWriter(choice.Logprobs, logprobs));
        }

        if (delta.FinishReason is { } reason)
        {
            choice.IsFinished = true;
            var text = Begin(output, delta.Choice, null);
            _frame.End(ref text, output, finish: FinishReasons.Of(reason), stop: delta.StopMatch);
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

    // A lambda in the caller would cost every event its closure.
    private static Action<Utf8JsonWriter> ToWriter(CompletionLogprobs progress, IReadOnlyList<TokenLogprob> logprobs)
        => writer => progress.Write(writer, logprobs);

    private Utf8Text Begin(IBufferWriter<byte> output, int choice, string? added)
    {
        var text = _frame.Begin(output, choice);
        text.Write(",\"text\":"u8);
        text.WriteString(added);
        return text;
    }
}
