// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Benchmarks.Measuring;
using Inference.Hosting.Benchmarks.Ways;

namespace Inference.Hosting.Benchmarks.Suites;

/// <summary>What the batcher itself costs: an engine that takes no time.</summary>
internal static class OverheadSuite
{
    public static async Task RunAsync(Settings settings, Report report)
    {
        const int Callers = 64;
        report.Section("The batcher alone", $"{Callers} closed-loop callers on an engine that takes no time, request objects reused. *Over yield* is less a loop of bare `Task.Yield`, which every asynchronous answer pays. To reach: at most 0.8 µs of CPU and 64 bytes a request.");
        await using var yield = new YieldWay();
        await using var channel = new ChannelWay();
        await using var ours = await InstantWay.StartAsync(Callers);
        IWay[] ways = [yield, channel, ours];
        var samples = ways.ToDictionary(way => way, _ => new List<Sample>());
        foreach (var way in ways)
        {
            await ClosedLoop.RunAsync(way, Callers, settings.Duration);
        }

        for (var round = 0; round < settings.Rounds; round++)
        {
            foreach (var way in ways)
            {
                samples[way].Add(await ClosedLoop.RunAsync(way, Callers, settings.Duration));
            }
        }

        report.Table("way | a second | CPU µs | over yield | bytes", ways.Select(way => string.Join(" | ",
            way.Name,
            Spread.Of(samples[way].Select(sample => sample.PerSecond)),
            Spread.Of(samples[way].Select(sample => sample.CpuMicroseconds)),
            Spread.Of(samples[way].Select((sample, round) => sample.CpuMicroseconds - samples[yield][round].CpuMicroseconds)),
            Spread.Of(samples[way].Select(sample => sample.Bytes)))));
    }
}
