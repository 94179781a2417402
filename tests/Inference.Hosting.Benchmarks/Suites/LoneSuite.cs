// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Benchmarks.Measuring;
using Inference.Hosting.Benchmarks.Models;
using Inference.Hosting.Benchmarks.Ways;

namespace Inference.Hosting.Benchmarks.Suites;

/// <summary>What one caller on an idle model pays over a bare bound run.</summary>
internal static class LoneSuite
{
    public static async Task RunAsync(Settings settings, Report report, IReadOnlyList<BenchModel> models)
    {
        report.Section("A lone caller", "Median latency of one closed-loop caller against a bare `RunWithBinding` of one row with the same number of threads. *Hand-over* is that run on a thread of its own, without any of our features: the least that two wakes cost here. To reach: at most 1.05 × bare + 20 µs.");
        var rows = new List<string>();
        foreach (var model in models)
        {
            await using var ours = await ClientWay.StartAsync("ours", model);
            await using var handOver = new HandOverWay(model);
            var limit = new RawLimit(model);
            var handed = new List<double>();
            var bare = new List<double>();
            var lone = new List<double>();
            for (var round = 0; round < settings.Rounds; round++)
            {
                var sample = await ClosedLoop.RunAsync(ours, 1, settings.Duration);
                lone.Add(sample.P50);
                handed.Add((await ClosedLoop.RunAsync(handOver, 1, settings.Duration)).P50);
                bare.Add(limit.LoneRun((int)Math.Clamp(settings.Duration.TotalMicroseconds / sample.P50, 20, 2000)));
            }

            rows.Add(string.Join(" | ",
                model.Name,
                Spread.Of(bare),
                Spread.Of(handed),
                Spread.Of(lone),
                Spread.Of(lone.Zip(bare, (a, b) => a / b)),
                Spread.Of(lone.Zip(bare, (a, b) => a - (1.05 * b))),
                Spread.Of(lone.Zip(handed, (a, b) => a - b))));
        }

        report.Table("model | bare µs | hand-over µs | ours µs | ratio | µs over 1.05 × bare | µs over hand-over", rows);
    }
}
