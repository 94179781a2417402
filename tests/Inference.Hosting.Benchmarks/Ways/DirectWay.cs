// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Benchmarks.Models;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.Benchmarks.Ways;

/// <summary>What people write by hand: <c>Run</c> for each request, on the caller's thread or by <c>Task.Run</c>, one row at a time.</summary>
/// <param name="name">As printed.</param>
/// <param name="model">The model.</param>
/// <param name="sessions">Number of sessions; callers are spread over them.</param>
/// <param name="intraOp">Threads of each session.</param>
/// <param name="offload">Whether each run goes through <c>Task.Run</c>.</param>
/// <param name="gated">Whether at most one run is under way in each session, first come, first served.</param>
internal sealed class DirectWay(string name, BenchModel model, int sessions, int intraOp, bool offload = false, bool gated = false) : IWay
{
    private readonly InferenceSession[] _sessions = [.. Enumerable.Range(0, sessions).Select(_ => Sessions.Open(model.Bytes, intraOp))];
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, sessions).Select(_ => new SemaphoreSlim(1, 1))];
    private readonly RunOptions _runOptions = new();
    private int _next;

    public string Name => name;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask CallAsync(int caller)
    {
        var turn = Interlocked.Increment(ref _next) & int.MaxValue;
        var session = turn % _sessions.Length;
        var payload = model.Payloads[turn % model.Payloads.Count];
        if (gated)
        {
            await _gates[session].WaitAsync().ConfigureAwait(false);
        }

        try
        {
            if (offload)
            {
                await Task.Run(() => Run(_sessions[session], payload)).ConfigureAwait(false);
            }
            else
            {
                Run(_sessions[session], payload);
                await Task.Yield();
            }
        }
        finally
        {
            if (gated)
            {
                _gates[session].Release();
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        Array.ForEach(_sessions, session => session.Dispose());
        _runOptions.Dispose();
        return default;
    }

    private void Run(InferenceSession session, Payload payload)
    {
        var inputs = new Dictionary<string, OrtValue>(payload.Inputs.Count);
        foreach (var (input, data, shape) in payload.Inputs)
        {
            inputs.Add(input, OrtValue.CreateTensorValueFromMemory(data, shape));
        }

        using var outputs = session.Run(_runOptions, inputs, [model.Output]);
        Consume(outputs[0].GetTensorDataAsSpan<float>());
        foreach (var value in inputs.Values)
        {
            value.Dispose();
        }
    }

    private static void Consume(ReadOnlySpan<float> output)
    {
        if (float.IsNaN(output[0]))
        {
            throw new InvalidOperationException("The model answered NaN.");
        }
    }
}
