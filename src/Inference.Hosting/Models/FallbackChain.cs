// SPDX-License-Identifier: Apache-2.0

using System.Runtime.ExceptionServices;

namespace Inference.Hosting.Models;

/// <summary>The models that stand in for one that is down, full or slow, and the rules by which calls go on to the next.</summary>
/// <remarks>
/// Each is asked to take the call at once. When none can, the model itself is asked once more, under the caller's own terms: a caller that
/// waits, waits for what it asked for.
/// </remarks>
internal sealed class FallbackChain(ModelHost host, IReadOnlyList<ModelHost> others, ModelHostDependencies dependencies)
{
    private readonly FallbackReport _report = new(host.Name, dependencies);

    /// <summary>In the order in which they are asked; the model itself first.</summary>
    public IReadOnlyList<ModelHost> Hosts { get; } = [host, .. others];

    /// <summary>Asks one model after the other until one answers.</summary>
    /// <param name="state">Given to <paramref name="ask"/>.</param>
    /// <param name="ask">Asks the model at an index of <see cref="Hosts"/>.</param>
    /// <param name="deadline">The caller's.</param>
    /// <param name="overflow">The caller's.</param>
    /// <param name="cancellationToken">The caller leaves.</param>
    /// <returns>The answer, and the name of the model that gave it; null for the one that was asked.</returns>
    public async ValueTask<(TResult Result, string? Model)> AskAsync<TState, TResult>(
        TState state,
        Func<TState, int, CancellationToken, ValueTask<TResult>> ask,
        DateTimeOffset? deadline,
        InferenceOverflow overflow,
        CancellationToken cancellationToken)
    {
        var context = InferenceContext.Current ?? new InferenceContext();
        InferenceException? refusal = null;
        using (InferenceContext.Use(context with { Overflow = InferenceOverflow.Reject }))
        {
            for (var i = 0; i < Hosts.Count; i++)
            {
                try
                {
                    var result = await AskAsync(state, ask, i, deadline, cancellationToken).ConfigureAwait(false);
                    return (result, Answered(i, refusal));
                }
                catch (InferenceException exception) when (GoesOn(i, exception, deadline))
                {
                    PassedOver(i, exception);
                    refusal ??= exception;
                }
            }
        }

        ThrowUnlessAskedAgain(refusal!, overflow);
        using (InferenceContext.Use(context with { Overflow = overflow }))
        {
            return (await ask(state, 0, cancellationToken).ConfigureAwait(false), null);
        }
    }

    /// <summary>As <see cref="AskAsync{TState, TResult}(TState, Func{TState, int, CancellationToken, ValueTask{TResult}}, DateTimeOffset?, InferenceOverflow, CancellationToken)"/>, up to the first item of a stream.</summary>
    public async ValueTask<FallbackStream<TItem>> BeginAsync<TState, TItem>(
        TState state,
        Func<TState, int, CancellationToken, IAsyncEnumerable<TItem>> ask,
        DateTimeOffset? deadline,
        InferenceOverflow overflow,
        CancellationToken cancellationToken)
    {
        var context = InferenceContext.Current ?? new InferenceContext();
        InferenceException? refusal = null;
        for (var i = 0; i < Hosts.Count; i++)
        {
            var stream = new FallbackStream<TItem>(token => ask(state, i, token), cancellationToken);
            try
            {
                await stream.BeginAsync(
                    context with { Overflow = InferenceOverflow.Reject }, Budget(i), dependencies.Time).ConfigureAwait(false);
                stream.Model = Answered(i, refusal);
                return stream;
            }
            catch (InferenceException exception) when (GoesOn(i, exception, deadline))
            {
                await stream.DisposeAsync().ConfigureAwait(false);
                PassedOver(i, exception);
                refusal ??= exception;
            }
            catch
            {
                await stream.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }

        ThrowUnlessAskedAgain(refusal!, overflow);
        var last = new FallbackStream<TItem>(token => ask(state, 0, token), cancellationToken);
        try
        {
            await last.BeginAsync(context with { Overflow = overflow }, null, dependencies.Time).ConfigureAwait(false);
            return last;
        }
        catch
        {
            await last.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The first model that can be entered and can serve.</summary>
    public ModelLease? TryAcquire()
    {
        for (var i = 0; i < Hosts.Count; i++)
        {
            if (i > 0 && TensorSignature.FindDifference(Hosts[0].KnownMetadata, Hosts[i].KnownMetadata) is not null)
            {
                continue;
            }

            if (Hosts[i].HasBackend && Hosts[i].TryEnter(null) is { } version)
            {
                if (version.Loaded.Unavailable is null)
                {
                    HandOver(i);
                    return new ModelVersionLease(version, Hosts[i].Client);
                }

                version.Exit();
            }
        }

        return null;
    }

    /// <summary>Says that the model at an index answers, although not by way of this chain.</summary>
    public void HandOver(int index) => Answered(index, null);

    /// <summary>Whether a model could take a call now, as far as it is known without asking.</summary>
    public bool CanServe(int index) => !Hosts[index].HasBackend || Hosts[index].Peek(null) is { Loaded.Unavailable: null };

    private async ValueTask<TResult> AskAsync<TState, TResult>(
        TState state,
        Func<TState, int, CancellationToken, ValueTask<TResult>> ask,
        int index,
        DateTimeOffset? deadline,
        CancellationToken cancellationToken)
    {
        var until = dependencies.Time.GetUtcNow() + Budget(index);
        return until is not null && CallTerms.Find(deadline < until ? deadline : until, dependencies.Time, cancellationToken) is { } terms
            ? await new BoundedCall(terms, dependencies.Logger).AnswerAsync(
                (State: state, Index: index, Ask: ask),
                static (call, token) => call.Ask(call.State, call.Index, token)).ConfigureAwait(false)
            : await ask(state, index, cancellationToken).ConfigureAwait(false);
    }

    // The last one has all the time that is left.
    private TimeSpan? Budget(int index) => index < Hosts.Count - 1 ? host.Options.FallbackAfter : null;

    /// <summary>A model that is down, full or slow; and of those that stand in, one that cannot take the call at all, which says nothing of the model that was asked.</summary>
    private bool GoesOn(int index, InferenceException exception, DateTimeOffset? deadline) => exception.Fallback is null && exception.Code switch
    {
        InferenceErrorCode.NotReady or InferenceErrorCode.QueueFull => true,
        InferenceErrorCode.DeadlineExceeded => deadline is null || dependencies.Time.GetUtcNow() < deadline,
        InferenceErrorCode.EngineFailed => false,
        _ => index > 0,
    };

    private void PassedOver(int index, InferenceException exception)
    {
        if (index > 0)
        {
            _report.PassedOver(Hosts[index].Name, exception);
        }
    }

    private string? Answered(int index, InferenceException? refusal)
    {
        if (index == 0)
        {
            return null;
        }

        _report.FellBack(Hosts[index].Name, refusal);
        return Hosts[index].Name;
    }

    // Asked again: by a caller that waits, and when only time ran out here, of which the caller has some left.
    private static void ThrowUnlessAskedAgain(InferenceException refusal, InferenceOverflow overflow)
    {
        if (overflow == InferenceOverflow.Reject && refusal.Code != InferenceErrorCode.DeadlineExceeded)
        {
            ExceptionDispatchInfo.Throw(refusal);
        }
    }
}
