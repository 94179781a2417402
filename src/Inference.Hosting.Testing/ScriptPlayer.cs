// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Text;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Testing;

/// <summary>Plays one script once, and adds what a script leaves out: ends of choices, usage, logprobs.</summary>
internal sealed class ScriptPlayer(IEnumerable<ScriptedStep> script, int choices, int promptTokens, int? topLogprobs, bool completes)
{
    private readonly HashSet<int> _finished = [];
    private readonly HashSet<int> _calling = [];
    private int _tokens;
    private bool _tellsUsage;

    public async IAsyncEnumerable<ChatDelta> PlayAsync(
        ScriptedCalls.Call call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isFirst = true;
        foreach (var step in script)
        {
            if (!step.IsDelta || call.IsOver)
            {
                await call.WaitAsync(token => PauseAsync(call, step, token)).ConfigureAwait(false);
            }

            foreach (var delta in Deltas(step))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return isFirst && completes && delta.Usage is null ? delta with { Usage = UsageNow() } : delta;
                isFirst = false;
            }
        }

        for (var choice = 0; completes && choice < choices; choice++)
        {
            if (_finished.Add(choice))
            {
                var isLast = Enumerable.Range(choice + 1, choices - choice - 1).All(_finished.Contains);
                yield return new ChatDelta
                {
                    Choice = choice,
                    FinishReason = _calling.Contains(choice) ? FinishReason.ToolCalls : FinishReason.Stop,
                    Usage = isLast ? UsageNow() : null,
                };
            }
        }
    }

    private static async ValueTask PauseAsync(ScriptedCalls.Call call, ScriptedStep step, CancellationToken cancellationToken)
    {
        if (step.Delay > TimeSpan.Zero)
        {
            await Task.Delay(step.Delay, call.Time, cancellationToken).ConfigureAwait(false);
        }

        if (step.Gate is { } gate)
        {
            await gate.PassAsync(cancellationToken).ConfigureAwait(false);
        }

        if (step.Failure is { } failure)
        {
            throw call.Fail(failure);
        }
    }

    private IEnumerable<ChatDelta> Deltas(ScriptedStep step)
    {
        if (step.Given is not { } given)
        {
            yield break;
        }

        var (from, to) = step.Choice is { } only ? (only, only + 1) : (0, choices);
        for (var choice = from; choice < to; choice++)
        {
            yield return Count(given with { Choice = choice });
        }
    }

    private ChatDelta Count(ChatDelta delta)
    {
        _tokens += delta.Text is not null || delta.Reasoning is not null || delta.Refusal is not null || delta.ToolCall is not null ? 1 : 0;
        _tellsUsage |= delta.Usage is not null;
        if (delta.ToolCall is not null)
        {
            _calling.Add(delta.Choice);
        }

        if (delta.FinishReason is not null)
        {
            _finished.Add(delta.Choice);
            var isLast = Enumerable.Range(0, choices).All(_finished.Contains);
            delta = completes && isLast && delta.Usage is null ? delta with { Usage = UsageNow() } : delta;
        }

        return topLogprobs is not { } top
            ? delta with { Logprobs = null }
            : delta is { Text.Length: > 0, Logprobs: null } ? delta with { Logprobs = [Token(delta.Text, top)] } : delta;
    }

    private TokenUsage? UsageNow()
        => _tellsUsage ? null : new TokenUsage { PromptTokens = promptTokens, CompletionTokens = _tokens };

    private static TokenLogprob Token(string text, int top) => new(text, -0.5f)
    {
        Bytes = Encoding.UTF8.GetBytes(text),
        Top = [.. Enumerable.Range(0, top).Select(i => i == 0
            ? new TokenAlternative(text, -0.5f) { Bytes = Encoding.UTF8.GetBytes(text) }
            : new TokenAlternative($"alternative {i}", -0.5f - i) { Bytes = Encoding.UTF8.GetBytes($"alternative {i}") })],
    };
}
