// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Benchmarks.Measuring;
using Inference.Hosting.Benchmarks.Models;
using Inference.Hosting.Benchmarks.Ways;

namespace Inference.Hosting.Benchmarks.Suites;

/// <summary>Closed-loop callers against the limit of the machine and against what people write by hand.</summary>
internal static class SaturationSuite
{
    private static readonly TimeSpan _longestTurn = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(Settings settings, Report report, BenchModel model)
    {
        report.Section(model.Name, "Closed loop. Requests of one row a second; *of limit* is the share of what ONNX Runtime gives with bound buffers at its best batch and no more rows under way than there are callers; *× tuned naive* compares with the best shared session that runs each request by itself.");
        var cores = Environment.ProcessorCount;
        await using var naiveOne = new DirectWay("Run on a shared session, 1 thread", model, 1, 1);
        await using var naiveAll = new DirectWay($"Run on a shared session, {cores} threads", model, 1, cores);
        await using var perCore = new DirectWay("one session a core, gated", model, cores, 1, gated: true);
        await using var taskRun = new DirectWay("Task.Run on a shared session", model, 1, 1, offload: true);
        await using var ours = await ClientWay.StartAsync("**ours**", model);
        await using var oursPerCore = await ClientWay.StartAsync("**ours, an instance a core**", model, cores, 1);
        IWay[] ways = [naiveOne, naiveAll, perCore, taskRun, ours, oursPerCore];
        var limit = new RawLimit(model);
        var loneRun = TimeSpan.FromMicroseconds(limit.LoneRun(5));

        // A loop that takes seconds to turn once tells nothing in the time of a measurement.
        foreach (var callers in settings.Callers.Where(callers => loneRun * callers < _longestTurn))
        {
            var best = limit.Calibrate(callers);
            var limits = new List<double>();
            var samples = ways.ToDictionary(way => way, _ => new List<Sample>());
            for (var round = 0; round < settings.Rounds; round++)
            {
                limits.Add(limit.Measure(best, settings.Duration).PerSecond);
                foreach (var way in ways)
                {
                    samples[way].Add(await ClosedLoop.RunAsync(way, callers, settings.Duration));
                }
            }

            var naive = Enumerable.Range(0, settings.Rounds)
                .Select(round => Math.Max(samples[naiveOne][round].PerSecond, samples[naiveAll][round].PerSecond)).ToArray();
            report.Line($"{callers} callers; limit {Spread.Of(limits)} a second with {best.Rows} rows on {best.Instances} instance(s).");
            report.Table("way | a second | of limit | × tuned naive | p50 µs | p99 µs | CPU µs | bytes", ways.Select(way => string.Join(" | ",
                way.Name,
                Spread.Of(samples[way].Select(sample => sample.PerSecond)),
                Spread.Of(samples[way].Select((sample, round) => sample.PerSecond / limits[round])),
                Spread.Of(samples[way].Select((sample, round) => sample.PerSecond / naive[round])),
                Spread.Of(samples[way].Select(sample => sample.P50)),
                Spread.Of(samples[way].Select(sample => sample.P99)),
                Spread.Of(samples[way].Select(sample => sample.CpuMicroseconds)),
                Spread.Of(samples[way].Select(sample => sample.Bytes)))));
        }
    }
}
