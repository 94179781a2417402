// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Remote.OpenAI.Reading;

/// <summary>Reads answers to chats, whole or by the event.</summary>
internal static class ChatReader
{
    public static ChatResult Read(JsonElement root)
    {
        var choices = root.Items("choices").Select(ReadChoice).OrderBy(choice => choice.Index).ToArray();
        return new ChatResult
        {
            Choices = choices.Length > 0 ? choices : throw Fields.Missing("choices"),
            Usage = root.Usage(),
            AdditionalProperties = root.Rest(),
        };
    }

    /// <summary>The steps of one event, those of a choice in order.</summary>
    public static IEnumerable<ChatDelta> ReadEvent(JsonElement root)
    {
        var rest = root.Rest();
        foreach (var choice in root.Items("choices"))
        {
            var index = choice.Number("index") ?? 0;
            var delta = choice.Object("delta") ?? default;
            var isEmpty = delta.ValueKind != JsonValueKind.Object;
            var step = new ChatDelta
            {
                Choice = index,
                Text = isEmpty ? null : delta.Text("content"),
                Reasoning = isEmpty ? null : Reasoning(delta),
                Refusal = isEmpty ? null : delta.Text("refusal"),
                Logprobs = ChoiceReader.ReadChatLogprobs(choice),
                AdditionalProperties = rest,
            };
            var finish = ChoiceReader.ReadFinish(choice);
            ChatToolCallDelta[] calls = isEmpty ? [] : [.. delta.Items("tool_calls").Select(ReadCall)];
            if (calls.Length == 0)
            {
                yield return step with { FinishReason = finish, StopMatch = finish is null ? null : ChoiceReader.ReadStop(choice) };
                continue;
            }

            for (var i = 0; i < calls.Length; i++)
            {
                var isLast = i == calls.Length - 1;
                yield return (i == 0 ? step : new ChatDelta { Choice = index }) with
                {
                    ToolCall = calls[i],
                    FinishReason = isLast ? finish : null,
                };
            }
        }
    }

    private static string? Reasoning(JsonElement message) => message.Text("reasoning_content") ?? message.Text("reasoning");

    private static ChatToolCallDelta ReadCall(JsonElement call)
    {
        var function = call.Object("function");
        return new ChatToolCallDelta(call.Number("index") ?? 0)
        {
            Id = call.Text("id") is { Length: > 0 } id ? id : null,
            Name = function?.Text("name") is { Length: > 0 } name ? name : null,
            Arguments = function?.Text("arguments"),
        };
    }

    private static ChatChoice ReadChoice(JsonElement choice)
    {
        var message = choice.Object("message") ?? throw Fields.Missing("a message");
        List<ContentPart> content = [];
        if (message.Text("content") is { } text)
        {
            content.Add(new TextPart(text));
        }

        if (message.Text("refusal") is { } refusal)
        {
            content.Add(new RefusalPart(refusal));
        }

        return new ChatChoice
        {
            Index = choice.Number("index") ?? 0,
            FinishReason = ChoiceReader.ReadFinish(choice) ?? FinishReason.Stop,
            StopMatch = ChoiceReader.ReadStop(choice),
            Logprobs = ChoiceReader.ReadChatLogprobs(choice),
            Message = new ChatMessage
            {
                Role = ChatRole.Assistant,
                Content = content,
                Reasoning = Reasoning(message),
                ToolCalls = [.. message.Items("tool_calls").Select(ReadWholeCall)],
            },
        };
    }

    private static ChatToolCall ReadWholeCall(JsonElement call)
    {
        var function = call.Object("function");
        return new ChatToolCall(
            call.Text("id") ?? "", function?.Text("name") ?? "", function?.Text("arguments") is { Length: > 0 } arguments ? arguments : "{}");
    }
}
