// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Inference.Hosting.Benchmarks.Ways;

/// <summary>A plain batcher of a page for functions: a bounded channel, a loop that awaits it, a <see cref="TaskCompletionSource{TResult}"/> for each item. None of our features.</summary>
internal sealed class ChannelFunctionWay : IWay
{
    private readonly Channel<(int Item, TaskCompletionSource<int> Source)> _channel =
        Channel.CreateBounded<(int, TaskCompletionSource<int>)>(new BoundedChannelOptions(1024) { SingleReader = true });

    private readonly Task _loop;

    public ChannelFunctionWay() => _loop = LoopAsync();

    public string Name => "plain channel and loop";

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask CallAsync(int caller)
    {
        var source = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _channel.Writer.WriteAsync((caller, source)).ConfigureAwait(false);
        await source.Task.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Writer.Complete();
        await _loop;
    }

    private async Task LoopAsync()
    {
        var sources = new List<TaskCompletionSource<int>>(64);
        var items = new List<int>(64);
        while (await _channel.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (sources.Count < 64 && _channel.Reader.TryRead(out var next))
            {
                items.Add(next.Item);
                sources.Add(next.Source);
            }

            for (var i = 0; i < sources.Count; i++)
            {
                sources[i].SetResult(items[i]);
            }

            sources.Clear();
            items.Clear();
        }
    }
}
