// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;

namespace Inference.Hosting.Capabilities;


/// <summary>Puts the deltas of a stream together. Used by one reader.</summary>
internal sealed class ChatGatherer
{
    private readonly SortedDictionary<int, Choice> _choices = [];
    private TokenUsage? _usage;
    private GenerationDetails? _details;
    private Dictionary<string, JsonElement>? _additional;

    public void Add(ChatDelta delta)
    {
        if (!_choices.TryGetValue(delta.Choice, out var choice))
        {
            _choices[delta.Choice] = choice = new Choice();
        }

        choice.Add(delta);
        _usage = delta.Usage ?? _usage;
        _details = delta.Details ?? _details;
        foreach (var (name, value) in delta.AdditionalProperties ?? new Dictionary<string, JsonElement>())
        {
            (_additional ??= [])[name] = value;
        }
    }

    public ChatResult ToResult() => new()
    {
        Choices = _choices.Count > 0
            ? [.. _choices.Select(choice => choice.Value.ToChoice(choice.Key))]
            : throw Unfinished(),
        Usage = _usage,
        Details = _details,
        AdditionalProperties = _additional,
    };

    private static InferenceException Unfinished()
        => new(InferenceErrorCode.EngineFailed, "The model's stream ended before its answer did. Try again.");

    private sealed class Choice
    {
        private readonly SortedDictionary<int, ToolCall> _calls = [];
        private StringBuilder? _text;
        private StringBuilder? _reasoning;
        private StringBuilder? _refusal;
        private List<TokenLogprob>? _logprobs;
        private FinishReason? _finishReason;
        private StopMatch? _stopMatch;

        public void Add(ChatDelta delta)
        {
            Append(ref _text, delta.Text);
            Append(ref _reasoning, delta.Reasoning);
            Append(ref _refusal, delta.Refusal);
            _finishReason = delta.FinishReason ?? _finishReason;
            _stopMatch = delta.StopMatch ?? _stopMatch;
            if (delta.Logprobs is { } logprobs)
            {
                (_logprobs ??= []).AddRange(logprobs);
            }

            if (delta.ToolCall is { } call)
            {
                if (!_calls.TryGetValue(call.Index, out var known))
                {
                    _calls[call.Index] = known = new ToolCall();
                }

                known.Id ??= call.Id;
                known.Name ??= call.Name;
                known.Arguments.Append(call.Arguments);
            }
        }

        public ChatChoice ToChoice(int index) => new()
        {
            Index = index,
            FinishReason = _finishReason ?? throw Unfinished(),
            StopMatch = _stopMatch,
            Logprobs = _logprobs,
            Message = new ChatMessage
            {
                Role = ChatRole.Assistant,
                Content = [.. Content()],
                Reasoning = _reasoning?.ToString(),
                ToolCalls = [.. _calls.Values.Select(call => call.ToCall())],
            },
        };

        private static void Append(ref StringBuilder? builder, string? text)
        {
            if (text is not null)
            {
                (builder ??= new StringBuilder()).Append(text);
            }
        }

        private IEnumerable<ContentPart> Content()
        {
            if (_text is not null)
            {
                yield return new TextPart(_text.ToString());
            }

            if (_refusal is not null)
            {
                yield return new RefusalPart(_refusal.ToString());
            }
        }
    }

    private sealed class ToolCall
    {
        public string? Id { get; set; }

        public string? Name { get; set; }

        public StringBuilder Arguments { get; } = new();

        public ChatToolCall ToCall() => new(Id ?? "", Name ?? "", Arguments.Length == 0 ? "{}" : Arguments.ToString());
    }
}
