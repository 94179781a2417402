// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Inference.Hosting.Benchmarks.Ways;

namespace Inference.Hosting.Benchmarks.Measuring;

/// <summary>Callers that each send their next request when the last one is answered.</summary>
internal static class ClosedLoop
{
    public static async Task<Sample> RunAsync(IWay way, int callers, TimeSpan duration)
    {
        var latencies = new Latencies(4_000_000);
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var counts = new long[callers];
        GC.Collect();
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (var now = Stopwatch.GetTimestamp(); now < end;)
            {
                await way.CallAsync(caller).ConfigureAwait(false);
                var after = Stopwatch.GetTimestamp();
                latencies.Add(Stopwatch.GetElapsedTime(now, after));
                now = after;
                counts[caller]++;
            }
        })));
        var elapsed = Stopwatch.GetElapsedTime(started);
        var used = Environment.CpuUsage.TotalTime - cpu;
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        var total = (double)counts.Sum();
        var (p50, p99) = latencies.Percentiles();
        return new Sample(total / elapsed.TotalSeconds, p50, p99, used.TotalMicroseconds / total, allocated / total) { Count = total };
    }
}
