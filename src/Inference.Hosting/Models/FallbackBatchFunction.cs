// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="IBatchFunction{TIn, TOut}"/> of a model and of those that stand in for it; a call of several items is answered by one of them.</summary>
/// <remarks>Items are wrapped, since one may be null.</remarks>
internal sealed class FallbackBatchFunction<TIn, TOut>(CapabilityCalls<IBatchFunction<TIn, TOut>> calls) : IBatchFunction<TIn, TOut>
{
    public ValueTask<TOut> InvokeAsync(TIn item, CancellationToken cancellationToken = default)
        => calls.CallAsync(
            new ValueTuple<TIn>(item), static (function, item, token) => function.InvokeAsync(item.Item1, token), cancellationToken);

    public ValueTask<IReadOnlyList<TOut>> InvokeManyAsync(IReadOnlyList<TIn> items, CancellationToken cancellationToken = default)
        => calls.CallAsync(items, static (function, items, token) => function.InvokeManyAsync(items, token), cancellationToken);

    public IAsyncEnumerable<BatchResult<TOut>> StreamAsync(IReadOnlyList<TIn> items, CancellationToken cancellationToken = default)
        => calls.StreamAsync(items, static (function, items, token) => function.StreamAsync(items, token), cancellationToken);
}
