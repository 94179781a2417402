// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Benchmarks.Measuring;
using Inference.Hosting.Benchmarks.Models;
using Inference.Hosting.Benchmarks.Ways;

namespace Inference.Hosting.Benchmarks.Suites;

/// <summary>Rows of different length: nearest lengths in one run, against padding all to the longest, against one by one.</summary>
internal static class RaggedSuite
{
    public static async Task RunAsync(Settings settings, Report report)
    {
        var model = BenchModel.RaggedEncoder();
        report.Section(model.Name, "Lognormal lengths, median 60. *Padded to 512* is the same batcher with every request padded by the caller; *one by one* is a shared session on all cores. To reach: at least 1.5 × padding to the longest.");
        var padded = model with { Name = "padded", Payloads = [.. model.Payloads.Select(Pad)], Ragged = [] };
        await using var ours = await ClientWay.StartAsync("**ours, ragged**", model);
        await using var longest = await ClientWay.StartAsync("padded to 512", padded);
        await using var single = new DirectWay("one by one", model, 1, Environment.ProcessorCount, gated: true);
        IWay[] ways = [ours, longest, single];
        foreach (var callers in settings.Callers.Where(callers => callers is >= 8 and <= 64))
        {
            var samples = ways.ToDictionary(way => way, _ => new List<Sample>());
            for (var round = 0; round < settings.Rounds; round++)
            {
                foreach (var way in ways)
                {
                    samples[way].Add(await ClosedLoop.RunAsync(way, callers, settings.Duration * 4));
                }
            }

            report.Line($"{callers} callers.");
            report.Table("way | a second | × padded to 512 | × one by one | p50 µs | p99 µs", ways.Select(way => string.Join(" | ",
                way.Name,
                Spread.Of(samples[way].Select(sample => sample.PerSecond)),
                Spread.Of(samples[way].Select((sample, round) => sample.PerSecond / samples[longest][round].PerSecond)),
                Spread.Of(samples[way].Select((sample, round) => sample.PerSecond / samples[single][round].PerSecond)),
                Spread.Of(samples[way].Select(sample => sample.P50)),
                Spread.Of(samples[way].Select(sample => sample.P99)))));
        }
    }

    private static Payload Pad(Payload payload) => new(
    [
        .. payload.Inputs.Select(input =>
        {
            var width = input.Data.Length / (int)input.Shape[1];
            var data = new float[512 * width];
            input.Data.CopyTo(data.AsSpan());
            return (input.Name, data, (long[])[1, 512, .. input.Shape[2..]]);
        }),
    ]);
}
