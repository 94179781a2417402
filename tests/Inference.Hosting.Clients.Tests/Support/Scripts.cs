// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;

namespace Inference.Hosting.Clients.Tests.Support;

/// <summary>What the models of <see cref="ScriptedApp"/> say.</summary>
internal static class Scripts
{
    private static readonly ScriptedStep[] _weather =
    [
        ScriptedStep.ToolCall("call_weather", "get_weather"),
        ScriptedStep.ToolArguments("""{"city":"""),
        ScriptedStep.ToolArguments("\"Bern\"}"),
    ];

    public static IReadOnlyDictionary<string, ScriptedChatModel> Create() => new Dictionary<string, ScriptedChatModel>
    {
        ["hello"] = new("Hello", ", ", "wörld", " 😀 日本"),
        ["long"] = new("One two", ScriptedStep.Finish(FinishReason.Length)),
        ["thinker"] = new(ScriptedStep.Reasoning("Let me "), ScriptedStep.Reasoning("think."), "Forty-", "two"),
        ["weather"] = new(request => request.Messages.Any(message => message.Role == ChatRole.Tool)
            ? ["It is ", request.Messages.Last(message => message.Role == ChatRole.Tool).Text, " in Bern."]
            : _weather),
        ["two-calls"] = new(
            "Both: ",
            ScriptedStep.ToolCall("call_bern", "get_weather"),
            ScriptedStep.ToolArguments("""{"city":"Bern"}"""),
            ScriptedStep.ToolCall("call_rome", "get_weather", "", index: 1),
            ScriptedStep.ToolArguments("""{"city":"Rome"}""", index: 1)),
        ["no-arguments"] = new(ScriptedStep.ToolCall("call_now", "get_time")),
        ["structured"] = new("""{"city":"Bern",""", "\"degrees\":21}"),
        ["refuses"] = new(ScriptedStep.Refusal("I'd "), ScriptedStep.Refusal("rather not.")),
        ["full"] = new(ScriptedStep.Fail(new InferenceException(InferenceErrorCode.QueueFull, "The queue is full.")
        {
            RetryAfter = TimeSpan.FromMilliseconds(20),
        })),
        ["too-long"] = new(ScriptedStep.Fail(new InferenceException(
            InferenceErrorCode.InvalidInput, "This model's maximum context length is 8 tokens, and the prompt has 9.")
        {
            Parameter = "messages",
            Reason = InferenceErrorReasons.ContextLengthExceeded,
        })),
        ["broken"] = new(ScriptedStep.Fail(new InferenceException(InferenceErrorCode.EngineFailed, "The engine broke."))),
        ["breaks"] = new("Half an ", "answer", ScriptedStep.Fail(new InferenceException(InferenceErrorCode.EngineFailed, "The engine broke."))),
        ["endless"] = new(_ => Endless()),
    };

    private static IEnumerable<ScriptedStep> Endless()
    {
        while (true)
        {
            yield return "tick ";
            yield return ScriptedStep.Wait(TimeSpan.FromMilliseconds(5));
        }
    }
}
