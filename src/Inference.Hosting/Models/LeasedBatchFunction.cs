// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="IBatchFunction{TIn, TOut}"/> of whichever version serves; a call of several items has one version.</summary>
/// <remarks>Not by <see cref="LeasedCalls{TCapability}"/>: its calls end in time by themselves, and a function may be so short that a lease object is felt.</remarks>
internal sealed class LeasedBatchFunction<TIn, TOut>(ModelHost host) : IBatchFunction<TIn, TOut>
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TOut> InvokeAsync(TIn item, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var version = await host.Client.EnterAsync(cancellationToken).ConfigureAwait(false);
        using var measure = host.Client.TryMeasure(version.Version);
        try
        {
            return await Of(version).InvokeAsync(item, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            measure?.Fail(exception);
            throw;
        }
        finally
        {
            version.Exit();
        }
    }

    public async ValueTask<IReadOnlyList<TOut>> InvokeManyAsync(IReadOnlyList<TIn> items, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        var version = await host.Client.EnterAsync(cancellationToken).ConfigureAwait(false);
        using var measure = host.Client.TryMeasure(version.Version);
        try
        {
            return await Of(version).InvokeManyAsync(items, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            measure?.Fail(exception);
            throw;
        }
        finally
        {
            version.Exit();
        }
    }

    public async IAsyncEnumerable<BatchResult<TOut>> StreamAsync(
        IReadOnlyList<TIn> items, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        var version = await host.Client.EnterAsync(cancellationToken).ConfigureAwait(false);
        using var hold = new Hold(version);
        using var measure = host.Client.TryMeasure(version.Version);

        // What a reader leaves before its end was cancelled, until the last result says otherwise.
        measure?.Leave();
        var results = Of(version).StreamAsync(items, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var ended = results.ConfigureAwait(false);
        while (true)
        {
            try
            {
                if (!await results.MoveNextAsync().ConfigureAwait(false))
                {
                    measure?.Complete();
                    yield break;
                }
            }
            catch (Exception exception)
            {
                measure?.Fail(exception);
                throw;
            }

            yield return results.Current;
        }
    }

    private static IBatchFunction<TIn, TOut> Of(ModelVersion version)
        => version.Loaded.GetCapability(typeof(IBatchFunction<TIn, TOut>)) as IBatchFunction<TIn, TOut> ?? throw new InferenceException(
            InferenceErrorCode.Unsupported,
            $"Version '{version.Version}' of model '{version.Model}' is no function of these types. Use another version.");

    private readonly struct Hold(ModelVersion version) : IDisposable
    {
        public void Dispose() => version.Exit();
    }
}
