// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Benchmarks.Ways;

/// <summary>A bare <see cref="Task.Yield"/>: the price of coming back on a pool thread, which every asynchronous answer pays.</summary>
internal sealed class YieldWay : IWay
{
    public string Name => "Task.Yield";

    public async ValueTask CallAsync(int caller) => await Task.Yield();

    public ValueTask DisposeAsync() => default;
}
