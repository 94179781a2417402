// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Inference.Hosting.Benchmarks.Ways;

namespace Inference.Hosting.Benchmarks.Measuring;

/// <summary>Poisson arrivals at a fixed rate, whatever the answers do; latency counts from the intended send time.</summary>
internal static class OpenLoop
{
    public static async Task<Sample> RunAsync(IWay way, double perSecond, TimeSpan duration, int seed)
    {
        var random = new Random(seed);
        var latencies = new Latencies(2_000_000);
        var answered = 0L;
        var started = Stopwatch.GetTimestamp();
        var cpu = Environment.CpuUsage.TotalTime;
        var sent = await Task.Factory.StartNew(() => Send(), TaskCreationOptions.LongRunning);
        await Task.WhenAll(sent);
        var elapsed = Stopwatch.GetElapsedTime(started);
        var used = Environment.CpuUsage.TotalTime - cpu;
        var (p50, p99) = latencies.Percentiles();
        return new Sample(answered / elapsed.TotalSeconds, p50, p99, used.TotalMicroseconds / Math.Max(answered, 1), 0);

        List<Task> Send()
        {
            var tasks = new List<Task>();
            var intended = 0.0;
            var caller = 0;
            while (true)
            {
                intended += -Math.Log(1 - random.NextDouble()) / perSecond;
                if (intended > duration.TotalSeconds)
                {
                    return tasks;
                }

                var at = started + (long)(intended * Stopwatch.Frequency);
                for (var left = at - Stopwatch.GetTimestamp(); left > 0; left = at - Stopwatch.GetTimestamp())
                {
                    // A late wake-up is charged to the request, as it would be by a real caller.
                    Thread.Sleep(left > Stopwatch.Frequency / 500 ? 1 : 0);
                }

                tasks.Add(CallAsync(at, caller++));
            }
        }

        async Task CallAsync(long at, int caller)
        {
            try
            {
                await way.CallAsync(caller).ConfigureAwait(false);
                latencies.Add(Stopwatch.GetElapsedTime(at));
                Interlocked.Increment(ref answered);
            }
            catch (InferenceException exception) when (exception.Code == InferenceErrorCode.QueueFull)
            {
                // Above the limit a bounded queue refuses; the answered share is in the rate.
            }
        }
    }
}
