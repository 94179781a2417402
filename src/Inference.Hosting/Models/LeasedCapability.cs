// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;

namespace Inference.Hosting.Models;

/// <summary>A capability of whichever version serves: each call holds that version until it, or its stream, has ended.</summary>
internal abstract class LeasedCapability<TCapability>(ModelHost host)
    where TCapability : class
{
    /// <summary>The capability of the version that a call would get now; null when none is loaded.</summary>
    protected TCapability? Current
        => host.Peek(InferenceContext.Current?.VersionFor(host.Name))?.Loaded.GetCapability(typeof(TCapability)) as TCapability;

    protected async ValueTask<TResult> CallAsync<TRequest, TResult>(
        TRequest request,
        Func<TCapability, TRequest, CancellationToken, ValueTask<TResult>> call,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var lease = await host.Client.AcquireAsync(cancellationToken).ConfigureAwait(false);
        using var measure = host.Client.Measure(lease.Version);
        try
        {
            return await call(Of(lease), request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            measure.Fail(exception);
            throw;
        }
    }

    protected async IAsyncEnumerable<TItem> StreamAsync<TRequest, TItem>(
        TRequest request,
        Func<TCapability, TRequest, CancellationToken, IAsyncEnumerable<TItem>> call,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var lease = await host.Client.AcquireAsync(cancellationToken).ConfigureAwait(false);
        using var measure = host.Client.Measure(lease.Version);
        var items = call(Of(lease), request, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var ended = items.ConfigureAwait(false);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync().ConfigureAwait(false))
                {
                    break;
                }
            }
            catch (Exception exception)
            {
                measure.Fail(exception);
                throw;
            }

            yield return items.Current;
        }
    }

    protected static TCapability Of(ModelLease lease)
        => lease.GetCapability<TCapability>() ?? throw new InferenceException(
            InferenceErrorCode.Unsupported,
            $"Version '{lease.Version}' of model '{lease.Model}' does not offer {typeof(TCapability).Name}. Use another version.");
}
