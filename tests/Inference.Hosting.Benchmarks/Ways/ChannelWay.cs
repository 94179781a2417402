// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Inference.Hosting.Benchmarks.Ways;

/// <summary>A plain batcher of a page: a bounded channel, a thread that drains it, a <see cref="TaskCompletionSource"/> for each request. None of our features.</summary>
internal sealed class ChannelWay : IWay
{
    private readonly Channel<TaskCompletionSource> _channel = Channel.CreateBounded<TaskCompletionSource>(
        new BoundedChannelOptions(1024) { SingleReader = true });

    private readonly Thread _thread;

    public ChannelWay()
    {
        _thread = new Thread(Loop) { IsBackground = true };
        _thread.Start();
    }

    public string Name => "plain channel and thread";

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask CallAsync(int caller)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _channel.Writer.WriteAsync(source).ConfigureAwait(false);
        await source.Task.ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        _channel.Writer.Complete();
        _thread.Join();
        return default;
    }

    private void Loop()
    {
        var batch = new List<TaskCompletionSource>(64);
        while (_channel.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (batch.Count < 64 && _channel.Reader.TryRead(out var source))
            {
                batch.Add(source);
            }

            batch.ForEach(source => source.SetResult());
            batch.Clear();
        }
    }
}
