// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Testing;

/// <summary>A model that goes on with texts by playing a script, as <see cref="ScriptedChatModel"/> does. Thread-safe.</summary>
/// <remarks>
/// Each prompt has the choices that were asked for; steps without a choice are played for all of them. Reasoning, refusals and tool calls of a
/// script are left out. An echoed prompt comes first.
/// </remarks>
public sealed class ScriptedTextGenerator : ITextGenerator
{
    private readonly Func<TextRequest, IEnumerable<ScriptedStep>> _script;
    private TextRequest? _last;

    /// <inheritdoc cref="ScriptedChatModel(ScriptedStep[])"/>
    public ScriptedTextGenerator(params ScriptedStep[] steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        _script = _ => steps;
    }

    /// <inheritdoc cref="ScriptedChatModel(Func{ChatRequest, IEnumerable{ScriptedStep}})"/>
    public ScriptedTextGenerator(Func<TextRequest, IEnumerable<ScriptedStep>> script)
    {
        ArgumentNullException.ThrowIfNull(script);
        _script = script;
    }

    /// <inheritdoc cref="ScriptedChatModel.Info"/>
    public GenerationInfo? Info { get; set; } = ScriptedFeatures.All;

    /// <inheritdoc cref="ScriptedChatModel.CompletesAnswers"/>
    public bool CompletesAnswers { get; set; } = true;

    /// <inheritdoc cref="ScriptedChatModel.Calls"/>
    public ScriptedCalls Calls { get; } = new();

    /// <inheritdoc cref="ScriptedChatModel.LastRequest"/>
    public TextRequest? LastRequest => Volatile.Read(ref _last);

    /// <inheritdoc/>
    public async IAsyncEnumerable<TextDelta> StreamAsync(
        TextRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Volatile.Write(ref _last, request);
        using var call = Calls.Begin(cancellationToken);
        await call.EnterAsync().ConfigureAwait(false);
        ScriptPlayer player;
        try
        {
            (Info ?? throw ScriptedFeatures.NotLoaded()).Features.EnsureSupports(request.RequiredFeatures);
            player = new ScriptPlayer(
                Echoed(request).Concat(request.MaxTokens == 0 ? [ScriptedStep.Finish(FinishReason.Length)] : _script(request)),
                request.Prompts.Count * request.ChoiceCount,
                request.Prompts.Sum(ScriptedTokens.Count),
                request.TopLogprobs,
                CompletesAnswers);
        }
        catch (Exception exception)
        {
            call.Fail(exception);
            throw;
        }

        await foreach (var delta in player.PlayAsync(call, cancellationToken).ConfigureAwait(false))
        {
            yield return new TextDelta
            {
                Choice = delta.Choice,
                Text = delta.Text,
                Logprobs = delta.Logprobs,
                FinishReason = delta.FinishReason == FinishReason.ToolCalls ? FinishReason.Stop : delta.FinishReason,
                StopMatch = delta.StopMatch,
                Usage = delta.Usage,
                Details = delta.Details,
                AdditionalProperties = delta.AdditionalProperties,
            };
        }

        call.Succeed();
    }

    /// <inheritdoc/>
    public ValueTask<TextResult> CompleteAsync(TextRequest request, CancellationToken cancellationToken = default)
        => TextResult.GatherAsync(StreamAsync(request, cancellationToken), cancellationToken);

    private static IEnumerable<ScriptedStep> Echoed(TextRequest request)
    {
        for (var choice = 0; request.Echo && choice < request.Prompts.Count * request.ChoiceCount; choice++)
        {
            var prompt = ScriptedTokens.TextOf(request.Prompts[choice / request.ChoiceCount]);
            yield return ScriptedStep.Text(prompt, choice);
        }
    }
}
