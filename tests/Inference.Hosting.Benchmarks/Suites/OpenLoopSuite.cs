// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Benchmarks.Measuring;
using Inference.Hosting.Benchmarks.Models;
using Inference.Hosting.Benchmarks.Ways;

namespace Inference.Hosting.Benchmarks.Suites;

/// <summary>Poisson arrivals at a share of the limit: what callers see when they do not wait for each other.</summary>
internal static class OpenLoopSuite
{
    public static async Task RunAsync(Settings settings, Report report, BenchModel model)
    {
        var limit = new RawLimit(model);
        var best = limit.Calibrate(64);
        var perSecond = limit.Measure(best, settings.Duration).PerSecond;
        report.Section($"{model.Name}, open loop", $"Poisson arrivals at a share of {perSecond:0} a second; latency counts from the intended send time. Above the limit a bounded queue refuses; *answered* is the share that was not. The generator takes its part of the two cores.");
        await using var naive = new DirectWay("Task.Run on a shared session", model, 1, 1, offload: true);
        await using var ours = await ClientWay.StartAsync("**ours**", model);
        var rows = new List<string>();
        foreach (var share in new[] { 0.5, 0.9, 1.1 })
        {
            foreach (var way in new IWay[] { naive, ours })
            {
                var samples = new List<Sample>();
                for (var round = 0; round < settings.Rounds; round++)
                {
                    samples.Add(await OpenLoop.RunAsync(way, perSecond * share, settings.Duration, round));
                }

                rows.Add(string.Join(" | ",
                    $"{share:P0}",
                    way.Name,
                    Spread.Of(samples.Select(sample => sample.PerSecond / (perSecond * share))),
                    Spread.Of(samples.Select(sample => sample.P50)),
                    Spread.Of(samples.Select(sample => sample.P99)),
                    Spread.Of(samples.Select(sample => sample.CpuMicroseconds))));
            }
        }

        report.Table("load | way | answered | p50 µs | p99 µs | CPU µs", rows);
    }
}
