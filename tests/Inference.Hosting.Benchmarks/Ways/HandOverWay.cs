// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Benchmarks.Models;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.Benchmarks.Ways;

/// <summary>
/// A bound run of one row on a thread of its own, for one caller: the least that any design pays that does not run the engine on the
/// caller's thread. It wakes that thread, and the answer wakes one of the pool.
/// </summary>
internal sealed class HandOverWay : IWay
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OrtIoBinding _binding;
    private readonly List<OrtValue> _values;
    private readonly AutoResetEvent _signal = new(initialState: false);
    private readonly Thread _thread;
    private TaskCompletionSource? _asked;
    private volatile bool _isOver;

    public HandOverWay(BenchModel model)
    {
        _session = Sessions.Open(model.Bytes, Environment.ProcessorCount);
        _binding = _session.CreateIoBinding();
        _values = RawLimit.Bind(model, _session, _binding, 1);
        _thread = new Thread(Loop) { IsBackground = true };
        _thread.Start();
    }

    public string Name => "hand-over";

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask CallAsync(int caller)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _asked, source);
        _signal.Set();
        await source.Task.ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        _isOver = true;
        _signal.Set();
        _thread.Join();
        _values.ForEach(value => value.Dispose());
        _binding.Dispose();
        _options.Dispose();
        _session.Dispose();
        _signal.Dispose();
        return default;
    }

    private void Loop()
    {
        while (true)
        {
            _signal.WaitOne();
            if (_isOver)
            {
                return;
            }

            _session.RunWithBinding(_options, _binding);
            Interlocked.Exchange(ref _asked, null)!.SetResult();
        }
    }
}
