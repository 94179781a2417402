// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Testing;

/// <summary>A chat model that plays a script: texts, reasoning, tool calls, waits and faults, step by step. Thread-safe.</summary>
/// <remarks>
/// <para><c>services.AddChatModel("m").UseBackend(_ =&gt; new FakeBackend().WithCapability&lt;IChatModel&gt;(new ScriptedChatModel("Hel", "lo")))</c>
/// serves it as any other model. Each call plays the script from its beginning.</para>
/// <para>A prompt has a token for each byte of its text in UTF-8, and each step of an answer is one token. What a script leaves out is added:
/// choices end with <see cref="FinishReason.ToolCalls"/> after a tool call and with <see cref="FinishReason.Stop"/> otherwise, the first step and
/// the last tell usage, and tokens have logprobs when they are asked for.</para>
/// </remarks>
public sealed class ScriptedChatModel : IChatModel
{
    private readonly Func<ChatRequest, IEnumerable<ScriptedStep>> _script;
    private ChatRequest? _last;

    /// <summary>A model that plays the same script for every request.</summary>
    /// <param name="steps">The script.</param>
    public ScriptedChatModel(params ScriptedStep[] steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        _script = _ => steps;
    }

    /// <summary>A model whose script depends on the request.</summary>
    /// <param name="script">From the request to its script, which may be endless; called for each request. What it throws before the first step, the call throws.</param>
    public ScriptedChatModel(Func<ChatRequest, IEnumerable<ScriptedStep>> script)
    {
        ArgumentNullException.ThrowIfNull(script);
        _script = script;
    }

    /// <summary>What the model declares, and what requests are checked against; null for a model that is not loaded.</summary>
    /// <value>Everything by default, with a vocabulary of 257 tokens and a context without a limit.</value>
    public GenerationInfo? Info { get; set; } = ScriptedFeatures.All;

    /// <summary>Whether ends of choices and usage are added where the script has none.</summary>
    /// <value>True by default; false plays the script as it is written, for streams that break their contract.</value>
    public bool CompletesAnswers { get; set; } = true;

    /// <summary>The calls that came.</summary>
    public ScriptedCalls Calls { get; } = new();

    /// <summary>The request of the latest call, not copied; null before the first.</summary>
    public ChatRequest? LastRequest => Volatile.Read(ref _last);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatDelta> StreamAsync(
        ChatRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
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
                _script(request), request.ChoiceCount, ScriptedTokens.Count(request), request.TopLogprobs, CompletesAnswers);
        }
        catch (Exception exception)
        {
            call.Fail(exception);
            throw;
        }

        await foreach (var delta in player.PlayAsync(call, cancellationToken).ConfigureAwait(false))
        {
            yield return delta;
        }

        call.Succeed();
    }

    /// <inheritdoc/>
    public ValueTask<ChatResult> CompleteAsync(ChatRequest request, CancellationToken cancellationToken = default)
        => ChatResult.GatherAsync(StreamAsync(request, cancellationToken), cancellationToken);
}
