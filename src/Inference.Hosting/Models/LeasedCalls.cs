// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary>A capability of whichever version serves: each call holds that version until it, or its stream, has ended.</summary>
internal sealed class LeasedCalls<TCapability>(ModelHost host) : CapabilityCalls<TCapability>
    where TCapability : class
{
    public override TCapability? Current
        => host.Peek(InferenceContext.Current?.VersionFor(host.Name))?.Loaded.GetCapability(typeof(TCapability)) as TCapability;

    public override async ValueTask<TResult> CallAsync<TRequest, TResult>(
        TRequest request,
        Func<TCapability, TRequest, CancellationToken, ValueTask<TResult>> call,
        CancellationToken cancellationToken,
        Func<TRequest, TRequest>? copy)
    {
        ArgumentNullException.ThrowIfNull(request);
        var version = await host.Client.EnterAsync(cancellationToken).ConfigureAwait(false);
        using var hold = version.Hold();
        using var measure = host.Client.Measure(version.Version);
        try
        {
            var model = Of(version);
            var result = host.Client.Begin(version, request as InferenceRequest, cancellationToken) is { } bounded
                ? await bounded.AnswerAsync(
                    (Model: model, Request: copy is null ? request : copy(request), Call: call),
                    static (state, token) => state.Call(state.Model, state.Request, token)).ConfigureAwait(false)
                : await call(model, request, cancellationToken).ConfigureAwait(false);
            if (CallUsage.TryGet(result, out var usage))
            {
                measure.Use(usage);
            }

            return result;
        }
        catch (Exception exception)
        {
            measure.Fail(exception);
            throw;
        }
    }

    public override async IAsyncEnumerable<TItem> StreamAsync<TRequest, TItem>(
        TRequest request,
        Func<TCapability, TRequest, CancellationToken, IAsyncEnumerable<TItem>> call,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var version = await host.Client.EnterAsync(cancellationToken).ConfigureAwait(false);
        using var hold = version.Hold();
        using var measure = host.Client.Measure(version.Version);

        // What a reader leaves before its end was cancelled, until the last item says otherwise.
        measure.Leave();
        var model = Of(version);
        var items = host.Client.Begin(version, null, cancellationToken) is { } bounded
            ? new BoundedStream<TItem>(token => call(model, request, token), bounded)
            : call(model, request, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var ended = items.ConfigureAwait(false);
        var tells = false;
        TokenUsage? usage = null;
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync().ConfigureAwait(false))
                {
                    measure.Complete();
                    if (tells)
                    {
                        measure.Use(usage);
                    }

                    break;
                }
            }
            catch (Exception exception)
            {
                measure.Fail(exception);
                throw;
            }

            tells |= CallUsage.TryGet(items.Current, out var latest);
            usage = latest ?? usage;
            yield return items.Current;
        }
    }

    public static TCapability Of(ModelVersion version)
        => version.Loaded.GetCapability(typeof(TCapability)) as TCapability ?? throw new InferenceException(
            InferenceErrorCode.Unsupported,
            $"Version '{version.Version}' of model '{version.Model}' does not offer {typeof(TCapability).Name}. Use another version.");
}
