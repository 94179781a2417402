// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Inference.Hosting.Benchmarks.Measuring;
using Inference.Hosting.Benchmarks.Models;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.Benchmarks.Ways;

/// <summary>
/// The most that ONNX Runtime gives on this machine: bound buffers, the best batch, threads that do nothing but run; no queue, no callers.
/// At most as many rows are under way as there are callers, since no batcher can have more.
/// </summary>
internal sealed class RawLimit(BenchModel model)
{
    private static readonly int[] _sizes = [1, 2, 4, 8, 16, 32, 64];

    /// <summary>The best batch size and number of instances for a number of callers, found by trying.</summary>
    public (int Rows, int Instances) Calibrate(int callers)
    {
        var cores = Environment.ProcessorCount;
        return _sizes.SelectMany(rows => new[] { (Rows: rows, Instances: 1), (Rows: rows, Instances: cores) })
            .Where(setting => setting.Rows * setting.Instances <= Math.Max(callers, 1))
            .Distinct()
            .MaxBy(setting => Measure(setting, TimeSpan.FromMilliseconds(400)).PerSecond);
    }

    /// <summary>Rows a second, and CPU for each row.</summary>
    public Sample Measure((int Rows, int Instances) setting, TimeSpan duration)
    {
        var intraOp = Math.Max(Environment.ProcessorCount / setting.Instances, 1);
        using var session = Sessions.Open(model.Bytes, intraOp);
        using var ready = new CountdownEvent(setting.Instances);
        using var go = new ManualResetEventSlim();
        var rows = 0L;
        var threads = Enumerable.Range(0, setting.Instances).Select(_ => new Thread(() =>
        {
            using var runOptions = new RunOptions();
            using var binding = session.CreateIoBinding();
            var values = Bind(model, session, binding, setting.Rows);
            session.RunWithBinding(runOptions, binding);
            session.RunWithBinding(runOptions, binding);
            ready.Signal();
            go.Wait();
            var started = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(started) < duration)
            {
                session.RunWithBinding(runOptions, binding);
                Interlocked.Add(ref rows, setting.Rows);
            }

            values.ForEach(value => value.Dispose());
        })).ToList();
        threads.ForEach(thread => thread.Start());
        ready.Wait();
        var (began, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        go.Set();
        threads.ForEach(thread => thread.Join());
        var used = Environment.CpuUsage.TotalTime - cpu;
        return new Sample(rows / Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 0, used.TotalMicroseconds / rows, 0) { Count = rows };
    }

    /// <summary>Median time of one bound run of one row, in µs.</summary>
    public double LoneRun(int runs)
    {
        using var session = Sessions.Open(model.Bytes, Environment.ProcessorCount);
        using var runOptions = new RunOptions();
        using var binding = session.CreateIoBinding();
        var values = Bind(model, session, binding, 1);
        var times = new double[runs];
        for (var i = -20; i < runs; i++)
        {
            var started = Stopwatch.GetTimestamp();
            session.RunWithBinding(runOptions, binding);
            if (i >= 0)
            {
                times[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
            }
        }

        values.ForEach(value => value.Dispose());
        Array.Sort(times);
        return times[runs / 2];
    }

    /// <summary>Binds inputs and the output of a number of rows; the values live as long as the binding is used.</summary>
    public static List<OrtValue> Bind(BenchModel model, InferenceSession session, OrtIoBinding binding, int rows)
    {
        var values = new List<OrtValue>();
        foreach (var (input, data, shape) in model.Payloads[0].Inputs)
        {
            var stacked = new float[data.Length * rows];
            for (var row = 0; row < rows; row++)
            {
                data.CopyTo(stacked.AsSpan(row * data.Length));
            }

            var value = OrtValue.CreateTensorValueFromMemory(stacked, [rows, .. shape[1..]]);
            binding.BindInput(input, value);
            values.Add(value);
        }

        var info = OrtMemoryInfo.DefaultInstance;
        binding.BindOutputToDevice(model.Output, info);
        using var runOptions = new RunOptions();
        using var produced = session.RunWithBoundResults(runOptions, binding);
        var shapeOut = produced[0].GetTensorTypeAndShape().Shape;
        var output = OrtValue.CreateTensorValueFromMemory(new float[shapeOut.Aggregate(1L, (a, b) => a * b)], shapeOut);
        binding.BindOutput(model.Output, output);
        values.Add(output);
        return values;
    }
}
