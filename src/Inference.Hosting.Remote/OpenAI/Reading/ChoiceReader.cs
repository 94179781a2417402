// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Remote.OpenAI.Reading;

/// <summary>Reads what choices of chats and of completions have in common.</summary>
internal static class ChoiceReader
{
    /// <summary>Why a choice ended; null while it goes on.</summary>
    /// <exception cref="InferenceException">EngineFailed: the server gave up.</exception>
    public static FinishReason? ReadFinish(JsonElement choice) => choice.Text("finish_reason") switch
    {
        null => null,
        "length" => FinishReason.Length,
        "tool_calls" or "function_call" => FinishReason.ToolCalls,
        "content_filter" => FinishReason.ContentFilter,
        "error" or "abort" => throw new InferenceException(
            InferenceErrorCode.EngineFailed, "The server behind the model gave up within its answer: try again."),
        _ => FinishReason.Stop,
    };

    /// <summary>vLLM's <c>stop_reason</c>.</summary>
    public static StopMatch? ReadStop(JsonElement choice)
        => choice.Text("stop_reason") is { } text ? new StopMatch { Text = text }
            : choice.Number("stop_reason") is { } token ? new StopMatch { TokenId = token }
            : null;

    /// <summary>Logprobs of a chat.</summary>
    public static IReadOnlyList<TokenLogprob>? ReadChatLogprobs(JsonElement choice)
        => choice.Object("logprobs") is { } logprobs && logprobs.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Array
            ? [.. content.EnumerateArray().Select(token => new TokenLogprob(token.Text("token") ?? "", token.Float("logprob"))
            {
                Bytes = ReadBytes(token),
                Top = [.. token.Items("top_logprobs").Select(other =>
                    new TokenAlternative(other.Text("token") ?? "", other.Float("logprob") ?? float.NegativeInfinity) { Bytes = ReadBytes(other) })],
            })]
            : null;

    /// <summary>Logprobs of a completion: parallel arrays.</summary>
    public static IReadOnlyList<TokenLogprob>? ReadTextLogprobs(JsonElement choice)
    {
        if (choice.Object("logprobs") is not { } logprobs)
        {
            return null;
        }

        JsonElement[] values = [.. logprobs.Items("token_logprobs")];
        JsonElement[] tops = [.. logprobs.Items("top_logprobs")];
        return [.. logprobs.Items("tokens").Select((token, i) => new TokenLogprob(
            token.GetString() ?? "", i < values.Length && values[i].ValueKind == JsonValueKind.Number ? values[i].GetSingle() : null)
        {
            Top = i < tops.Length && tops[i].ValueKind == JsonValueKind.Object
                ? [.. tops[i].EnumerateObject().Select(other => new TokenAlternative(other.Name, other.Value.GetSingle()))
                    .OrderByDescending(other => other.Logprob)]
                : [],
        })];
    }

    private static byte[] ReadBytes(JsonElement token) => [.. token.Items("bytes").Select(value => value.GetByte())];
}
