// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;

namespace Inference.Hosting.Models;

/// <summary>A capability of a model, or of one that stands in for it.</summary>
/// <param name="chain">The models.</param>
/// <param name="find">The capability of one of them, by its index; null when it offers none.</param>
internal sealed class FallbackCalls<TCapability>(FallbackChain chain, Func<int, TCapability?> find) : CapabilityCalls<TCapability>
    where TCapability : class
{
    private readonly TCapability _own = find(0)!;

    public override TCapability? Current
    {
        get
        {
            for (var i = 0; i < chain.Hosts.Count; i++)
            {
                if (chain.CanServe(i) && find(i) is { } able)
                {
                    return able;
                }
            }

            return _own;
        }
    }

    public override async ValueTask<TResult> CallAsync<TRequest, TResult>(
        TRequest request,
        Func<TCapability, TRequest, CancellationToken, ValueTask<TResult>> call,
        CancellationToken cancellationToken,
        Func<TRequest, TRequest>? copy = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        var context = InferenceContext.Current;
        if (context?.VersionFor(chain.Hosts[0].Name) is not null)
        {
            return await call(_own, request, cancellationToken).ConfigureAwait(false);
        }

        var (result, model) = await chain.AskAsync(
            (Calls: this, Request: request, Call: call),
            static (state, index, token) => state.Call(state.Calls.Find(index), state.Request, token),
            context?.Deadline,
            context?.Overflow ?? default,
            cancellationToken).ConfigureAwait(false);
        return model is null ? result : FallbackMark.On(result, model);
    }

    public override async IAsyncEnumerable<TItem> StreamAsync<TRequest, TItem>(
        TRequest request,
        Func<TCapability, TRequest, CancellationToken, IAsyncEnumerable<TItem>> call,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var context = InferenceContext.Current;
        if (context?.VersionFor(chain.Hosts[0].Name) is not null)
        {
            await foreach (var item in call(_own, request, cancellationToken).ConfigureAwait(false))
            {
                yield return item;
            }

            yield break;
        }

        var stream = await chain.BeginAsync(
            (Calls: this, Request: request, Call: call),
            static (state, index, token) => state.Call(state.Calls.Find(index), state.Request, token),
            context?.Deadline,
            context?.Overflow ?? default,
            cancellationToken).ConfigureAwait(false);
        await using var ended = stream.ConfigureAwait(false);
        for (var isFirst = true; stream.HasCurrent; isFirst = false)
        {
            yield return stream.Model is { } model ? FallbackMark.On(stream.Current, model, isFirst) : stream.Current;
            await stream.MoveNextAsync().ConfigureAwait(false);
        }
    }

    private TCapability Find(int index) => find(index) ?? throw new InferenceException(
        InferenceErrorCode.Unsupported, $"Model '{chain.Hosts[index].Name}' does not offer {typeof(TCapability).Name}.");
}
