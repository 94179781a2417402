// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Benchmarks.Measuring;
using Inference.Hosting.Benchmarks.Ways;

namespace Inference.Hosting.Benchmarks.Suites;

/// <summary>What the batcher costs a typed function that takes no time: alone, and with many callers.</summary>
internal static class FunctionSuite
{
    private static readonly int[] _callers = [1, 64];

    public static async Task RunAsync(Settings settings, Report report)
    {
        report.Section("Typed functions", "Closed-loop callers of a function that takes no time, through the host's `IBatchFunction<int, int>`, against a page of code around a bounded channel that has no limits, priorities, tenants, deadlines, cancellation, isolation or measurements. Bytes are all that is allocated for a call.");
        await using var channel = new ChannelFunctionWay();
        await using var asynchronous = await FunctionWay.StartAsync("asynchronous function", isAsynchronous: true);
        await using var synchronous = await FunctionWay.StartAsync("synchronous function (a thread of its own)", isAsynchronous: false);
        IWay[] ways = [channel, asynchronous, synchronous];
        var rows = new List<string>();
        foreach (var callers in _callers)
        {
            var samples = ways.ToDictionary(way => way, _ => new List<Sample>());
            foreach (var way in ways)
            {
                await ClosedLoop.RunAsync(way, callers, settings.Duration);
            }

            for (var round = 0; round < settings.Rounds; round++)
            {
                foreach (var way in ways)
                {
                    samples[way].Add(await ClosedLoop.RunAsync(way, callers, settings.Duration));
                }
            }

            rows.AddRange(ways.Select(way => string.Join(" | ",
                callers,
                way.Name,
                Spread.Of(samples[way].Select(sample => sample.P50)),
                Spread.Of(samples[way].Select(sample => sample.PerSecond)),
                Spread.Of(samples[way].Select(sample => sample.CpuMicroseconds)),
                Spread.Of(samples[way].Select(sample => sample.Bytes)))));
        }

        report.Table("callers | way | p50 µs | a second | CPU µs | bytes", rows);
    }
}
