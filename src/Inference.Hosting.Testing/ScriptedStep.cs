// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Testing;

/// <summary>One step of a script that <see cref="ScriptedChatModel"/> or <see cref="ScriptedTextGenerator"/> plays. Immutable; a text is a step, too.</summary>
public sealed class ScriptedStep
{
    private ScriptedStep()
    {
    }

    internal ChatDelta? Given { get; private init; }

    internal bool IsDelta => Given is not null;

    /// <summary>The choice that the step is of; null for every choice that was asked for.</summary>
    internal int? Choice { get; private init; }

    internal TimeSpan Delay { get; private init; }

    internal FakeGate? Gate { get; private init; }

    internal Exception? Failure { get; private init; }

    /// <summary>Text of the answer.</summary>
    /// <param name="text">What is added.</param>
    public static implicit operator ScriptedStep(string text) => Text(text);

    /// <summary>Text of the answer: one token, when tokens are counted or logprobs asked for.</summary>
    /// <param name="text">What is added.</param>
    /// <param name="choice">The choice; null for every choice that was asked for.</param>
    /// <param name="logprobs">The tokens of the step, given out only when asked for; null for one token with numbers that do not matter.</param>
    public static ScriptedStep Text(string text, int? choice = null, IReadOnlyList<TokenLogprob>? logprobs = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Delta(new ChatDelta { Text = text, Logprobs = logprobs }, choice);
    }

    /// <summary>Text of the reasoning before the answer.</summary>
    /// <param name="text">What is added.</param>
    /// <param name="choice">The choice; null for every choice that was asked for.</param>
    public static ScriptedStep Reasoning(string text, int? choice = null) => Delta(new ChatDelta { Reasoning = text }, choice);

    /// <summary>Text of a refusal.</summary>
    /// <param name="text">What is added.</param>
    /// <param name="choice">The choice; null for every choice that was asked for.</param>
    public static ScriptedStep Refusal(string text, int? choice = null) => Delta(new ChatDelta { Refusal = text }, choice);

    /// <summary>The beginning of a tool call, or all of it.</summary>
    /// <param name="id">Names the call.</param>
    /// <param name="name">The tool.</param>
    /// <param name="arguments">JSON text, or its beginning.</param>
    /// <param name="index">The call among those of its choice, from 0.</param>
    /// <param name="choice">The choice; null for every choice that was asked for.</param>
    public static ScriptedStep ToolCall(string id, string name, string arguments = "", int index = 0, int? choice = null)
        => Delta(new ChatDelta { ToolCall = new ChatToolCallDelta(index) { Id = id, Name = name, Arguments = arguments } }, choice);

    /// <summary>More of a tool call's arguments.</summary>
    /// <param name="arguments">JSON text that is added.</param>
    /// <param name="index">The call among those of its choice, from 0.</param>
    /// <param name="choice">The choice; null for every choice that was asked for.</param>
    public static ScriptedStep ToolArguments(string arguments, int index = 0, int? choice = null)
        => Delta(new ChatDelta { ToolCall = new ChatToolCallDelta(index) { Arguments = arguments } }, choice);

    /// <summary>The end of a choice.</summary>
    /// <param name="reason">Why it ends.</param>
    /// <param name="choice">The choice; null for every choice that was asked for.</param>
    /// <param name="stop">Which stop ended it.</param>
    public static ScriptedStep Finish(FinishReason reason, int? choice = null, StopMatch? stop = null)
        => Delta(new ChatDelta { FinishReason = reason, StopMatch = stop }, choice);

    /// <summary>Tokens of the whole request so far. A script that tells usage once tells it always: none is added.</summary>
    /// <param name="usage">The tokens.</param>
    public static ScriptedStep Usage(TokenUsage usage) => Delta(new ChatDelta { Usage = usage }, 0);

    /// <summary>Any step of an answer.</summary>
    /// <param name="delta">The step; its choice does not count.</param>
    /// <param name="choice">The choice; null for every choice that was asked for.</param>
    public static ScriptedStep Delta(ChatDelta delta, int? choice = null)
    {
        ArgumentNullException.ThrowIfNull(delta);
        return new ScriptedStep { Given = delta, Choice = choice };
    }

    /// <summary>Nothing for a while, by <see cref="ScriptedCalls.Time"/>.</summary>
    /// <param name="delay">How long.</param>
    public static ScriptedStep Wait(TimeSpan delay) => new() { Delay = delay };

    /// <summary>Nothing until a gate is open.</summary>
    /// <param name="gate">The gate; it also tells a test that the stream has come so far.</param>
    public static ScriptedStep Pass(FakeGate gate)
    {
        ArgumentNullException.ThrowIfNull(gate);
        return new ScriptedStep { Gate = gate };
    }

    /// <summary>A failure: before the first delta as an admission fails, after it as a stream breaks.</summary>
    /// <param name="failure">What the reader of the stream gets.</param>
    public static ScriptedStep Fail(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return new ScriptedStep { Failure = failure };
    }

    /// <summary>The same step again and again: a stream that never ends by itself.</summary>
    /// <param name="step">The step.</param>
    public static IEnumerable<ScriptedStep> Endless(ScriptedStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        while (true)
        {
            yield return step;
        }
    }

    /// <summary>The kind, never content: safe to log.</summary>
    public override string ToString()
        => Failure is not null ? "failure" : Gate is not null ? "gate" : Given?.ToString() ?? $"wait {Delay}";
}
