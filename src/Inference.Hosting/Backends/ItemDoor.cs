// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Batching;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Backends;

/// <summary>Where items enter the queue.</summary>
internal sealed class ItemDoor<TIn, TOut> : IBatchFunction<TIn, TOut>
{
    private readonly BatchQueue _queue;
    private readonly ItemFunction<TIn, TOut> _function;
    private readonly GroupKeys? _groups;
    private readonly CallPool<ItemCall<TIn, TOut>> _pool;

    public ItemDoor(BatchQueue queue, ItemFunction<TIn, TOut> function)
    {
        (_queue, _function) = (queue, function);
        var groups = _groups = function.GroupBy is null ? null : new GroupKeys();
        _pool = new CallPool<ItemCall<TIn, TOut>>(pool => new ItemCall<TIn, TOut>(queue, groups, pool));
    }

    public ValueTask<TOut> InvokeAsync(TIn item, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<TOut>(cancellationToken);
        }

        var settings = _queue.Settings;
        var (cost, key) = Measure(item);
        var call = _pool.Rent();
        call.Begin(item, cost, key);
        var now = _queue.Clock.Now;
        var refusal = _queue.ApplyTerms(call, null, settings, now) ?? _queue.Enter(call, settings, now);
        if (refusal is not null)
        {
            call.Recycle();
            return ValueTask.FromException<TOut>(refusal);
        }

        var task = call.Task;
        if (cancellationToken.CanBeCanceled)
        {
            call.Watch(cancellationToken);
        }

        return task;
    }

    public ValueTask<IReadOnlyList<TOut>> InvokeManyAsync(IReadOnlyList<TIn> items, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        cancellationToken.ThrowIfCancellationRequested();
        return items.Count == 0 ? new([]) : Enter(items, isStream: false, cancellationToken).GetAllAsync();
    }

    public async IAsyncEnumerable<BatchResult<TOut>> StreamAsync(
        IReadOnlyList<TIn> items, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        cancellationToken.ThrowIfCancellationRequested();
        if (items.Count == 0)
        {
            yield break;
        }

        var results = Enter(items, isStream: true, cancellationToken).StreamAsync(cancellationToken);
        await foreach (var result in results.ConfigureAwait(false))
        {
            yield return result;
        }
    }

    private ItemGather<TIn, TOut> Enter(IReadOnlyList<TIn> items, bool isStream, CancellationToken cancellationToken)
    {
        var settings = _queue.Settings;
        var gather = new ItemGather<TIn, TOut>(_queue, items.Count, isStream, cancellationToken);
        try
        {
            for (var i = 0; i < items.Count; i++)
            {
                var (cost, key) = Measure(items[i]);
                (gather.Calls[i] = _pool.Rent()).Begin(items[i], cost, key, gather, i);
            }

            return gather.Enter(settings, _queue.Clock.Now) is { } refusal ? throw refusal : gather;
        }
        catch
        {
            gather.RecycleAll();
            throw;
        }
    }

    private (int Cost, int Key) Measure(TIn item)
    {
        // The group is held last: nothing may fail after it.
        var cost = _function.Cost is { } measure ? Math.Max(1, measure(item)) : 1;
        return (cost, _groups?.Hold(_function.GroupBy!(item)) ?? 0);
    }
}
