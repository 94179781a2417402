// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;

namespace Inference.Hosting.Benchmarks.Ways;

/// <summary>A bare <see cref="Task.Yield"/>: the price of coming back on a pool thread, which every asynchronous answer pays.</summary>
internal sealed class YieldWay : IWay
{
    public string Name => "Task.Yield";

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask CallAsync(int caller) => await Task.Yield();

    public ValueTask DisposeAsync() => default;
}
